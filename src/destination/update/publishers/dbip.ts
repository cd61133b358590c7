import { fail, type Result } from '../../../core/result.ts';
import { inflateGzip } from '../archive/inflate-gzip.ts';
import type { SourceDocument, SourceTable } from '../source.ts';
import { MAX_INFLATED_BYTES, readCountryDatabase } from './country-database.ts';

/**
 * DB-IP Lite country from its `.mmdb.gz`.
 *
 * @source db-ip.com/db/format/ip-to-country/mmdb.html
 */
export function readDbip([document]: readonly SourceDocument[]): Result<SourceTable, string> {
  if (document === undefined) return fail('Found no document');
  const inflated = inflateGzip(document.bytes, MAX_INFLATED_BYTES);
  const table = inflated.ok ? readCountryDatabase(inflated.value, { type: /country/i, dissent: 0 }) : inflated;
  return table.ok ? table : fail(`${document.url}: ${table.failure}`);
}
