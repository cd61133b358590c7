import type { SubjectAttributes } from '../exchange/decision.ts';
import type { PlaceSet } from '../place/place.ts';

/**
 * Whether a role for these places reaches an agent: all of where it is at home must lie within them, since half a jurisdiction
 * is none. A home without a country lies within no places but all of them.
 */
export function coversHome(places: PlaceSet, { any, countries }: SubjectAttributes['home']): boolean {
  return places.any || (!any && !countries.isEmpty() && countries.isSubsetOf(places.countries));
}
