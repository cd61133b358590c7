import { parseCountryCode, type CountryCode } from '../core/place/country.ts';
import { CountrySet } from '../core/place/country-set.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { parseInstant } from '../core/units.ts';
import type { Jurisdiction } from '../core/place/jurisdiction.ts';
import { quote } from '../wire/quote.ts';

const ID = /^[a-z][a-z0-9-]*$/;

/** The sets of `geoip-data/jurisdictions.json` by id, or the first thing in it that is wrong. */
export function parseJurisdictions(text: string): Result<ReadonlyMap<string, Jurisdiction>, string> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return fail(`not JSON: ${(error as Error).message}`);
  }
  const sets = isObject(document) && document['version'] === 1 ? document['sets'] : undefined;
  if (!Array.isArray(sets)) return fail('expected {"version": 1, "sets": […]}');

  const byId = new Map<string, Jurisdiction>();
  for (const [index, item] of sets.entries()) {
    const set = parseSet(item);
    if (!set.ok) return fail(`sets/${index}: ${set.failure}`);
    if (byId.has(set.value.id)) return fail(`sets/${index}: found "${set.value.id}" twice`);
    byId.set(set.value.id, set.value);
  }
  for (const { id, adequacy } of byId.values()) {
    if (adequacy !== undefined && !byId.has(adequacy)) return fail(`${id}: found adequacy ${quote(adequacy)}, which is no set`);
  }
  return ok(byId);
}

function parseSet(item: unknown): Result<Jurisdiction, string> {
  if (!isObject(item)) return fail('expected an object');
  const text = (member: string): string => (typeof item[member] === 'string' ? item[member] : '');
  const [id, asOf, source] = [text('id'), text('asOf'), text('source')];
  if (!ID.test(id)) return fail(`found id ${quote(id)}, expected lower-case letters, digits and dashes`);
  if (!parseInstant(asOf).ok || asOf.length !== 10) return fail(`${id}: found asOf ${quote(asOf)}, expected YYYY-MM-DD`);
  if (source === '') return fail(`${id}: expected a source`);

  const countries: CountryCode[] = [];
  for (const code of text('countries').split(' ')) {
    const country = parseCountryCode(code);
    // An alias would make two spellings of one set; shipped data is written in ISO codes.
    if (country !== code) return fail(`${id}: found country ${quote(code)}, expected an ISO 3166-1 alpha-2 code`);
    countries.push(country);
  }
  return ok({
    id,
    countries: CountrySet.of(countries),
    asOf,
    source,
    ...(text('note') !== '' && { note: text('note') }),
    ...(text('adequacy') !== '' && { adequacy: text('adequacy') }),
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
