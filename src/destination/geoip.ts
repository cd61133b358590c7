import { Reader, type Response } from 'maxmind';
import type { IpAddress } from '../core/address.ts';
import type { CountryCode } from '../core/place/country.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant } from '../core/units.ts';
import { cidrOf } from '../wire/address/cidr.ts';
import { parseIpAddress } from '../wire/address/ip-address.ts';
import { readGeoipRecord, type GeoipRecord } from './tables/geoip/geoip-record.ts';

/**
 * A country database in MaxMind's format. It answers for canonical addresses only: the reader underneath takes junk after an
 * address for an address, and reads an IPv6 address as IPv4 where the file holds IPv4 alone.
 */
export interface GeoipDatabase {
  /** File name without extension: `dbip-country`. */
  readonly name: string;
  /**
   * Who compiled the data. Two databases of one family are one opinion; one whose family nobody can tell agrees with none.
   */
  readonly family: GeoipFamily | undefined;
  readonly builtAt: Instant;
  /** Nodes of the search tree. */
  readonly size: number;
  lookup(address: IpAddress): GeoipAnswer | undefined;
}

export interface GeoipAnswer extends GeoipRecord {
  /** The network of the record, canonical. */
  readonly network: string;
}

export type GeoipFamily = (typeof FAMILIES)[number][0];

/**
 * By metadata first, then by file name: packages that convert a database drop the name its maker gave it. `iptoasn` knows only
 * who announces a block, so it is asked whether there is a route at all and never for a country.
 */
const FAMILIES = [
  ['iptoasn', /iptoasn/],
  ['maxmind', /geolite2|geoip2/],
  ['dbip', /db-?ip/],
  ['ipinfo', /ipinfo/],
  ['ip2location', /ip2l(?:ocation|ite)/],
  ['ipfire', /ipfire/],
  ['iplocate', /iplocate/],
  ['rir-whois', /geo-whois-asn|geo-asn/],
] as const;

/** Addresses that every database of the whole world has answers for; a large file that knows none of them is damaged. */
const PROBES = [
  '193.0.6.139',
  '130.149.4.20',
  '128.30.52.100',
  '133.11.0.1',
  '139.18.1.1',
  '8.26.56.26',
  '2001:67c:2e8:22::c100:68b',
];

/** From here on a file claims to know the world; smaller ones are of one site or of a test. */
const WORLD_NODES = 10_000;

/**
 * Opens a database that was read into memory, and tries it: a damaged tree shows only when it is walked.
 *
 * @param bytes the whole file; kept
 * @param name file name without extension
 */
export function openGeoipDatabase(bytes: Buffer, name: string): Result<GeoipDatabase, string> {
  let reader: Reader<Response>;
  try {
    reader = new Reader(bytes);
  } catch (error) {
    return fail(`not a MaxMind DB, or cut: ${(error as Error).message}`);
  }
  const { metadata } = reader;
  if (metadata.searchTreeSize > bytes.length) {
    return fail(`found ${bytes.length} bytes, expected more than the ${metadata.searchTreeSize} of the search tree: cut`);
  }
  const builtAt = metadata.buildEpoch.getTime();
  if (!Number.isFinite(builtAt)) return fail('found no build date');
  const isOfTheWorld = metadata.nodeCount >= WORLD_NODES;
  const knows = (text: string): CountryCode | undefined => {
    const address = parseIpAddress(text);
    return address.ok ? answer(reader, address.value)?.country : undefined;
  };
  if (isOfTheWorld && !PROBES.some((text) => knows(text) !== undefined))
    return fail('found no country for any well-known address: damaged');
  return ok({
    name,
    family: familyOf(`${metadata.databaseType} ${Object.values(metadata.description).join(' ')}`) ?? familyOf(name),
    builtAt,
    size: metadata.nodeCount,
    lookup: (address) => answer(reader, address),
  });
}

function answer(reader: Reader<Response>, address: IpAddress): GeoipAnswer | undefined {
  if (address.family === 6 && reader.metadata.ipVersion === 4) return undefined;
  try {
    const [record, prefixLength] = reader.getWithPrefixLength(address.text);
    if (record === null) return undefined;
    // In a tree of both families an IPv4 address lies 96 bits deep, and readers differ on whether they count those.
    const length = address.family === 4 && prefixLength > 32 ? prefixLength - 96 : prefixLength;
    return { ...readGeoipRecord(record), network: cidrOf(address, length).text };
  } catch {
    // A pointer into nowhere: the file is damaged in this branch, which is then unknown.
    return undefined;
  }
}

function familyOf(text: string): GeoipFamily | undefined {
  const lower = text.toLowerCase();
  return FAMILIES.find(([, pattern]) => pattern.test(lower))?.[0];
}
