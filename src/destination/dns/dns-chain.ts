import type { IpAddress } from '../../core/address.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseHostName } from '../../wire/name/host-name.ts';
import type { DnsRecord } from './dns-message.ts';

/** Aliases that are followed for one name and family; longer chains are loops or attacks. */
export const MAX_CHAIN = 16;

/** Where the aliases of one reply lead. */
export interface Followed {
  /** The name that the addresses belong to; the start when there is no alias. */
  readonly name: string;
  /** The start and every alias target so far, in order, all different. */
  readonly visited: readonly string[];
  /** Empty when the reply has none for the final name. */
  readonly addresses: readonly IpAddress[];
  /** The smallest of the records that took part; infinite when none did. */
  readonly ttlSeconds: number;
}

/**
 * Follows the CNAME records of a reply from the last name of `visited` on. Records of other owners are not looked at: a
 * reply states nothing about names that the question does not lead to (RFC 2181 §5.4.1).
 */
export function followAliases(visited: readonly string[], records: readonly DnsRecord[]): Result<Followed, string> {
  const names = [...visited];
  let ttlSeconds = Number.POSITIVE_INFINITY;
  for (;;) {
    const name = names.at(-1) ?? '';
    const own = records.filter(({ owner }) => owner === name);
    for (const record of own) ttlSeconds = Math.min(ttlSeconds, record.ttlSeconds);
    const targets = new Set(own.flatMap((record) => (record.kind === 'alias' ? [record.target] : [])));
    const addresses = own.flatMap((record) => (record.kind === 'address' ? [record.address] : []));
    const [target] = targets;
    if (target === undefined) return ok({ name, visited: names, addresses, ttlSeconds });

    // RFC 1034 §3.6.2: a name with an alias has no other data, and one alias only.
    if (targets.size > 1 || addresses.length > 0) return fail(`${name} has an alias beside other records`);
    const next = parseHostName(target);
    if (!next.ok) return fail(`${name} is an alias of what is no host name: ${next.failure}`);
    if (names.includes(next.value)) return fail(`the aliases of ${names[0]} run in a circle at ${next.value}`);
    if (names.length > MAX_CHAIN) return fail(`${names[0]} has more than ${MAX_CHAIN} aliases`);
    names.push(next.value);
  }
}
