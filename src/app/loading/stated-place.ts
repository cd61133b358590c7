import { parseCountryCode } from '../../core/place/country.ts';
import { countryPlace, type ClosedPlace } from '../../core/place/place.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { WorldData } from '../../policy/model.ts';

/**
 * A place that a setting states: a country, a built-in set, or a cloud region.
 * @param setting for the failure: `store.place`
 * @failure a sentence that names the setting
 */
export function statedPlace(setting: string, name: string, world: WorldData): Result<ClosedPlace, string> {
  const code = parseCountryCode(name);
  if (code !== undefined) return ok(countryPlace(code));
  const countries = world.jurisdictions.get(name)?.countries;
  if (countries !== undefined) return ok({ countries, label: name });
  const region = parseCountryCode(world.regions.get(name) ?? '');
  if (region !== undefined) return ok({ countries: countryPlace(region).countries, region: name, label: name });
  return fail(`${setting}: Found "${name}", expected a country, a built-in set such as eu, or a cloud region that is known`);
}
