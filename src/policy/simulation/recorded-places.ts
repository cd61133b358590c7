import { parseCountryCode } from '../../core/place/country.ts';
import { CountrySet } from '../../core/place/country-set.ts';
import { ANYCAST, GLOBAL, UNKNOWN, type Place } from '../../core/place/place.ts';
import type { WorldData } from '../model.ts';

const OPEN: ReadonlyMap<string, Place> = new Map([GLOBAL, ANYCAST, UNKNOWN].map((place) => [place.label, place]));
/** What ranges and databases write instead of a place, with what they wrote. */
const NO_PLACE = /^unknown \(.*\)$|: two regions$/;
/** ISO 3166-2 subdivisions of geofeeds (RFC 8805), behind who publishes them. */
const SUBDIVISION = /^[^:]+:([A-Z]{2})(?:-[A-Z0-9]{1,3})?$/;

/** The place that a label of recorded evidence stands for; undefined where these tables know no such place. */
export function recordedPlace(label: string, world: WorldData): Place | undefined {
  const open = OPEN.get(label);
  if (open !== undefined) return open;
  if (NO_PLACE.test(label)) return { open: 'unknown', label };
  if (label.endsWith(':GLOBAL')) return { open: 'anycast', label };
  const region = parseCountryCode(world.regions.get(label) ?? SUBDIVISION.exec(label)?.[1] ?? '');
  if (region !== undefined) return { countries: CountrySet.of([region]), region: label, label };
  return closedPlace(label, world);
}

/** `DE`, `eu`, and sums of the catalogue such as `eu+CH`. */
function closedPlace(label: string, { jurisdictions }: WorldData): Place | undefined {
  let countries = CountrySet.EMPTY;
  for (const part of label.split('+')) {
    const code = parseCountryCode(part);
    const set = code === undefined ? jurisdictions.get(part)?.countries : CountrySet.of([code]);
    if (set === undefined) return undefined;
    countries = countries.union(set);
  }
  return { countries, label };
}
