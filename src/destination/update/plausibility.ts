import { fail, ok, type Result } from '../../core/result.ts';
import { classify } from '../../wire/address/address-class.ts';
import { cidrBounds, parseCidr } from '../../wire/address/cidr.ts';
import { ipv4, ipv6 } from '../../wire/address/ip-address.ts';
import type { Cidr, IpAddress } from '../../core/address.ts';
import type { ManifestEntry } from './manifest.ts';
import type { RangeRow } from './range-file.ts';

/** Wider blocks are in no publisher's hands (RFC 7020 allocations of one operator are longer). */
const SHORTEST_PREFIX = { 4: 8, 6: 16 } as const;

/** What a new table is measured against. */
export interface Measure {
  readonly minimumRows: number;
  /** The table that it would replace. */
  readonly previous?: ManifestEntry;
  /** `YYYY-MM-DD` */
  readonly today: string;
  /** `YYYY-MM-DD`; publishers east of us may already write it. */
  readonly tomorrow: string;
}

/**
 * Whether date and size of a new table can be true: enough rows, not less than half of what there was, not older than what
 * there is, not from the future (it would keep out every later one).
 */
export function checkExtent(found: { readonly date: string; readonly rows: number }, measure: Measure): Result<void, string> {
  const { previous, minimumRows, today, tomorrow } = measure;
  if (found.date > tomorrow) return fail(`Found the date ${found.date}, expected none after today (${today})`);
  if (found.rows < minimumRows) return fail(`Found ${found.rows} rows, expected at least ${minimumRows}`);
  if (previous === undefined) return ok(undefined);
  if (found.date < previous.date) return fail(`Found a table of ${found.date}, older than the present one of ${previous.date}`);
  if (found.rows * 2 < previous.rows) return fail(`Found ${found.rows} rows, less than half of the present ${previous.rows}`);
  return ok(undefined);
}

/** Whether every block can be one of a public provider: canonical, listed once, not too wide, not in special-purpose space. */
export function checkRows(rows: readonly RangeRow[]): Result<void, string> {
  const seen = new Set<string>();
  for (const [index, { cidr: text }] of rows.entries()) {
    const at = `row ${index + 1}`;
    const cidr = parseCidr(text);
    if (!cidr.ok) return fail(`${at}: ${cidr.failure}`);
    if (cidr.value.text !== text) return fail(`${at}: found "${text}", expected ${cidr.value.text}`);
    if (seen.has(text)) return fail(`${at}: found ${text} twice`);
    seen.add(text);
    const shortest = SHORTEST_PREFIX[cidr.value.address.family];
    if (cidr.value.prefixLength < shortest) return fail(`${at}: found ${text}, expected no prefix shorter than /${shortest}`);
    const special = [cidr.value.address, lastAddress(cidr.value)].map(classify).find((kind) => kind !== 'global');
    if (special !== undefined) return fail(`${at}: found ${text} in ${special} space, expected public addresses`);
  }
  return ok(undefined);
}

function lastAddress(cidr: Cidr): IpAddress {
  const [a = 0, b, c, d] = cidrBounds(cidr).last;
  return b === undefined || c === undefined || d === undefined ? ipv4(a) : ipv6([a, b, c, d]);
}
