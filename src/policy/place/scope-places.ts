import { parseCountryCode } from '../../core/place/country.ts';
import { CountrySet } from '../../core/place/country-set.ts';
import type { PlaceSet } from '../../core/place/place.ts';
import type { CompiledPolicy, WorldData } from '../model.ts';

const EVERYWHERE: PlaceSet = {
  any: true,
  countries: CountrySet.ALL,
  regions: new Set(),
  open: new Set(),
  label: 'any',
};

/** The places of a role's scope, and the names among them that are no place of this policy. */
export interface ScopePlaces {
  readonly places: PlaceSet;
  readonly unknown: readonly string[];
}

/**
 * The places that a role is scoped to: countries, built-in sets and those of the policy. No name is everywhere; a name that is
 * none (any more) covers nothing, so that a scope never widens by what is removed.
 */
export function scopePlaces(
  names: readonly string[],
  { jurisdictions }: Pick<CompiledPolicy, 'jurisdictions'>,
  world: WorldData,
): ScopePlaces {
  if (names.length === 0) return { places: EVERYWHERE, unknown: [] };
  let countries = CountrySet.EMPTY;
  const unknown: string[] = [];
  for (const name of names) {
    const code = parseCountryCode(name);
    const named =
      code === undefined ? (jurisdictions.get(name) ?? world.jurisdictions.get(name)?.countries) : CountrySet.of([code]);
    if (named === undefined) unknown.push(name);
    else countries = countries.union(named);
  }
  return { places: { any: false, countries, regions: new Set(), open: new Set(), label: names.join(', ') }, unknown };
}
