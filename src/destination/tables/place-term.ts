import { parseCountryCode } from '../../core/place/country.ts';
import { CountrySet } from '../../core/place/country-set.ts';
import { GLOBAL, UNKNOWN, type Place } from '../../core/place/place.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { quote } from '../../wire/quote.ts';
import type { Jurisdiction } from '../../core/place/jurisdiction.ts';

/** A place as a catalogue row writes it: a fixed one, or that of the region captured from the name. */
export type PlaceTerm =
  | { readonly kind: 'fixed'; readonly place: Place }
  | { readonly kind: 'captured'; readonly provider: string };

/**
 * Reads `DE`, `eu`, sums such as `eu+CH`, `global`, `unknown`, or `@aws` for the region that the pattern captured. Empty text
 * states nothing.
 */
export function parsePlaceTerm(
  text: string,
  jurisdictions: ReadonlyMap<string, Jurisdiction>,
): Result<PlaceTerm | undefined, string> {
  if (text === '') return ok(undefined);
  if (text === 'global') return ok({ kind: 'fixed', place: GLOBAL });
  if (text === 'unknown') return ok({ kind: 'fixed', place: UNKNOWN });
  if (text.startsWith('@')) return ok({ kind: 'captured', provider: text.slice(1) });

  let countries = CountrySet.EMPTY;
  for (const part of text.split('+')) {
    const country = parseCountryCode(part);
    const set = country === undefined ? jurisdictions.get(part)?.countries : CountrySet.of([country]);
    if (set === undefined) {
      return fail(`found place ${quote(part)}, expected a country, a jurisdiction, global, unknown or @provider`);
    }
    countries = countries.union(set);
  }
  return ok({ kind: 'fixed', place: { countries, label: text } });
}
