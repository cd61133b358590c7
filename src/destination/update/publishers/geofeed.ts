import { parseCountryCode } from '../../../core/place/country.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { classify } from '../../../wire/address/address-class.ts';
import { parseCidr } from '../../../wire/address/cidr.ts';
import { mergeRows } from '../merge-rows.ts';
import { UNKNOWN_REGION, type RangeRow } from '../range-file.ts';
import type { SourceDocument, SourceTable } from '../source.ts';
import { documentText } from './json-document.ts';

/**
 * A reader of self-published geofeeds for one provider: country and subdivision become the region, the city the service.
 *
 * An entry without a country asks not to be located, and one whose subdivision is in another country contradicts itself:
 * both are unknown. Entries in special-purpose space, which some publishers list, say nothing and are left out.
 *
 * @source RFC 8805 §2.1
 */
export function geofeedReader(provider: string): (documents: readonly SourceDocument[]) => Result<SourceTable, string> {
  return ([document]) => {
    const text = documentText(document);
    if (!text.ok) return text;
    const rows: RangeRow[] = [];
    for (const [index, line] of text.value.split(/\r?\n/).entries()) {
      if (line.trim() === '' || line.startsWith('#')) continue;
      const row = readEntry(line, provider);
      if (!row.ok) return fail(`${document?.url}: line ${index + 1}: ${row.failure}`);
      if (row.value !== undefined) rows.push(row.value);
    }
    return ok({ kind: 'ranges', rows: mergeRows(rows) });
  };
}

function readEntry(line: string, provider: string): Result<RangeRow | undefined, string> {
  const fields = splitFields(line);
  if (fields === undefined) return fail('found a quote that is not closed');
  const [prefix = '', country = '', subdivision = '', city = ''] = fields.map((field) => field.trim());
  const cidr = parseCidr(prefix);
  if (!cidr.ok) return cidr;
  if (country !== '' && !/^[A-Za-z]{2}$/.test(country)) {
    return fail(`found "${country.slice(0, 20)}", expected an ISO 3166-1 alpha-2 code or nothing`);
  }
  if (subdivision !== '' && !/^[A-Za-z]{2}-[A-Za-z0-9]{1,3}$/.test(subdivision)) {
    return fail(`found "${subdivision.slice(0, 20)}", expected an ISO 3166-2 code or nothing`);
  }
  if (classify(cidr.value.address) !== 'global') return ok(undefined);
  const region = regionOf(country.toUpperCase(), subdivision.toUpperCase());
  return ok({ cidr: cidr.value.text, provider, region, service: city });
}

function regionOf(country: string, subdivision: string): string {
  const code = parseCountryCode(country);
  if (code === undefined) return UNKNOWN_REGION;
  if (subdivision === '') return code;
  return parseCountryCode(subdivision.slice(0, 2)) === code ? subdivision : UNKNOWN_REGION;
}

/** The fields of a line of CSV (RFC 4180 §2, without line breaks inside a field). */
function splitFields(line: string): string[] | undefined {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (let end = false; !end;) {
    const match = field.exec(line);
    if (match === null) return undefined;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    end = match[3] === '';
  }
  return fields;
}
