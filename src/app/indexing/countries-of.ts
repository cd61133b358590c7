import type { WorldData } from '../../policy/model.ts';
import type { ScopeView } from '../people/scope.ts';

/**
 * The countries that a place, as records name it, may be: that of a cloud region, those of a set. None for one that may be
 * anywhere, and for a name that means nothing any more.
 */
export function countriesOf(
  place: string,
  scope: Pick<ScopeView, 'places'>,
  { regions }: Pick<WorldData, 'regions'>,
): string[] {
  const region = regions.get(place);
  if (region !== undefined) return [region];
  const { places, unknown } = scope.places([place]);
  return unknown.length === 0 ? places.countries.toArray() : [];
}
