import type { CountryCode } from './country.ts';
import { CountrySet } from './country-set.ts';

/**
 * Where something may be. A closed place is one of `countries`, perhaps with the cloud region that says so; an open place
 * has no country: `global` (documented: any place), `anycast` (announced from many places) or `unknown` (nothing says).
 */
export type Place = ClosedPlace | OpenPlace;

export interface ClosedPlace {
  readonly open?: undefined;
  /** Every country it may be in; never empty. */
  readonly countries: CountrySet;
  /** `provider:region`, such as `aws:eu-central-1`, when a region states the place. */
  readonly region?: string;
  /** As written or derived: `DE`, `eu`, `aws:eu-central-1`. */
  readonly label: string;
}

export interface OpenPlace {
  readonly open: 'global' | 'anycast' | 'unknown';
  readonly label: string;
}

export const GLOBAL: OpenPlace = { open: 'global', label: 'global' };
export const ANYCAST: OpenPlace = { open: 'anycast', label: 'anycast' };
export const UNKNOWN: OpenPlace = { open: 'unknown', label: 'unknown' };

/** The place that is exactly one country. */
export function countryPlace(code: CountryCode): ClosedPlace {
  return { countries: CountrySet.of([code]), label: code };
}

/**
 * The places a policy names: countries, cloud regions and, where written, the open ones. `any` is every place there is.
 */
export interface PlaceSet {
  readonly any: boolean;
  readonly countries: CountrySet;
  /** `provider:region` */
  readonly regions: ReadonlySet<string>;
  readonly open: ReadonlySet<OpenPlace['open']>;
  /** As written in the policy, for explanations. */
  readonly label: string;
}

/** Whether every possible place of `place` is inside `set`: what a permit and the residency floor ask. */
export function isInside(place: Place, set: PlaceSet): boolean {
  if (set.any) return true;
  if (place.open !== undefined) return set.open.has(place.open);
  if (place.region !== undefined && set.regions.has(place.region)) return true;
  return place.countries.isSubsetOf(set.countries);
}

/** Whether `place` can be inside `set`: what `or-unknown` asks. An open place can be anywhere. */
export function mayBeInside(place: Place, set: PlaceSet): boolean {
  if (set.any || place.open !== undefined) return true;
  if (place.region !== undefined && set.regions.has(place.region)) return true;
  // A region of the set lies in some country; a place that names no region may be that region.
  return place.countries.overlaps(set.countries) || (place.region === undefined && set.regions.size > 0);
}

/** Whether two places exclude each other; an open place excludes nothing. */
export function isDisjoint(a: Place, b: Place): boolean {
  if (a.open !== undefined || b.open !== undefined) return false;
  return !a.countries.overlaps(b.countries);
}
