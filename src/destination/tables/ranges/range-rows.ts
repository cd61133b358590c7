import { fail, ok, type Result } from '../../../core/result.ts';
import { cidrBounds, parseCidr } from '../../../wire/address/cidr.ts';
import { parseRangeFile } from '../../update/range-file.ts';

/**
 * The rows of a range file by columns and family, ready to be compiled. Row `i` of a family is `starts[i * words …]`,
 * `lengths[i]`, `labels[i]`.
 */
export interface RangeRows {
  readonly v4: FamilyRows;
  readonly v6: FamilyRows;
}

export interface FamilyRows {
  /** First addresses as words, most significant first: one word each for IPv4, four for IPv6. */
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
  /** `provider,region,service` */
  readonly labels: readonly string[];
}

/** The rows of a range file as `geo update` writes it; the failure names the line. */
export function parseRangeRows(text: string): Result<RangeRows, string> {
  const rows = parseRangeFile(text);
  if (!rows.ok) return rows;
  const v4 = { starts: [] as number[], lengths: [] as number[], labels: [] as string[] };
  const v6 = { starts: [] as number[], lengths: [] as number[], labels: [] as string[] };
  for (const [index, row] of rows.value.entries()) {
    const cidr = parseCidr(row.cidr);
    if (!cidr.ok) return fail(`line ${index + 2}: ${cidr.failure}`);
    const family = cidr.value.address.family === 4 ? v4 : v6;
    family.starts.push(...cidrBounds(cidr.value).first);
    family.lengths.push(cidr.value.prefixLength);
    family.labels.push(`${row.provider},${row.region},${row.service}`);
  }
  return ok({ v4, v6 });
}
