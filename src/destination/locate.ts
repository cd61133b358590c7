import type { Host } from '../core/address.ts';
import type { DestinationFacts } from '../core/place/evidence.ts';
import type { Resolution } from '../core/ports.ts';
import type { GeoTables } from './geo-tables.ts';

/** What an exchange shows of where it goes, and what its name resolved to. */
export interface LocateQuery {
  readonly host: Host;
  /** 1..65535 */
  readonly port: number;
  /** What the name resolved to; absent before the look-up, and needless for an address. */
  readonly resolution?: Pick<Resolution, 'addresses' | 'chain'> | undefined;
  /** Path of the request target; absent when it is not known. */
  readonly path?: string;
  /** Parsed JSON content, null when there is none; absent when it is not known. */
  readonly content?: unknown;
}

/** Everything the tables say about a destination: facts for the policy to judge, none of them weighed here. */
export function locate(tables: GeoTables, { host, port, resolution, path, content }: LocateQuery): DestinationFacts {
  if (host.kind === 'address') return { host, port, addresses: [tables.collectAddress(host.address, port)] };
  const name = tables.collectName(host.name, path, content);
  if (resolution === undefined) return { host, port, name };
  const addresses = resolution.addresses.map((address) => tables.collectAddress(address, port));
  return { host, port, name, addresses, chain: resolution.chain };
}
