import { parseCountryCode } from '../core/place/country.ts';
import { CountrySet } from '../core/place/country-set.ts';
import type { ClosedPlace, Place } from '../core/place/place.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { quote } from '../wire/quote.ts';
import { parseCsv, type CsvRow } from './tables/csv.ts';
import type { Jurisdiction } from '../core/place/jurisdiction.ts';

/** Where the regions and zones of cloud providers are, as their providers document it. */
export interface RegionTable {
  /** Regions, zones and aliases with a row. */
  readonly size: number;
  /** `provider:region` → country code, for regions in exactly one documented country: what a policy may name as a place. */
  readonly countries: ReadonlyMap<string, string>;
  /** The documented place of a region or zone; undefined when there is no row, or its provider documents no country. */
  documented(provider: string, region: string): ClosedPlace | undefined;
  /**
   * What an address range of that region states: its place, `anycast` for GLOBAL, `unknown` for a region nobody documents,
   * undefined where the publisher names no region at all. Geofeeds name ISO 3166-2 subdivisions, which are their own place.
   */
  ofRange(provider: string, region: string): Place | undefined;
}

const COLUMNS = ['provider', 'region', 'country', 'subdivision', 'place', 'status', 'alias_of', 'source'] as const;
const STATUSES: ReadonlySet<string> = new Set(['documented', 'unlaunched', 'undocumented', 'alias']);
/** ISO 3166-1 alone or with an ISO 3166-2 subdivision, as RFC 8805 geofeeds write it. No cloud names a region in upper-case. */
const GEOFEED_REGION = /^([A-Z]{2})(?:-[A-Z0-9]{1,3})?$/;

/** The table that `geoip-data/cloud-regions.csv` states, or the first thing in it that is wrong. */
export function parseRegionTable(text: string, jurisdictions: ReadonlyMap<string, Jurisdiction>): Result<RegionTable, string> {
  const rows = parseCsv(text, COLUMNS);
  if (!rows.ok) return rows;
  const places = new Map<string, ClosedPlace | undefined>();
  for (const row of rows.value) {
    const key = `${row.provider}:${row.region}`;
    if (places.has(key)) return fail(`line ${row.line}: found ${quote(key)} twice`);
    const place = placeOf(row, key, jurisdictions);
    if (!place.ok) return fail(`line ${row.line}: ${place.failure}`);
    places.set(key, place.value);
  }
  // A second pass, because an alias may stand before the region it names.
  for (const row of rows.value) {
    if (row.status !== 'alias') continue;
    const target = `${row.provider}:${row.alias_of}`;
    if (!places.has(target)) return fail(`line ${row.line}: found alias_of ${quote(row.alias_of)}, which has no row`);
    places.set(`${row.provider}:${row.region}`, places.get(target));
  }
  return ok(regionTable(places));
}

function regionTable(places: ReadonlyMap<string, ClosedPlace | undefined>): RegionTable {
  const countries = new Map<string, string>();
  for (const [key, place] of places) {
    const codes = place?.countries.toArray() ?? [];
    if (codes.length === 1) countries.set(key, codes[0]!);
  }
  const documented = (provider: string, region: string): ClosedPlace | undefined => places.get(`${provider}:${region}`);
  return {
    size: places.size,
    countries,
    documented,
    ofRange(provider, region) {
      if (region === '') return undefined;
      const label = `${provider}:${region}`;
      if (region === 'GLOBAL') return { open: 'anycast', label };
      return documented(provider, region) ?? geofeedPlace(region, label) ?? { open: 'unknown', label };
    },
  };
}

/** The place a row states; `ok(undefined)` for a region without a documented country. */
function placeOf(
  row: CsvRow<(typeof COLUMNS)[number]>,
  key: string,
  jurisdictions: ReadonlyMap<string, Jurisdiction>,
): Result<ClosedPlace | undefined, string> {
  if (!STATUSES.has(row.status)) return fail(`found status ${quote(row.status)}, expected ${[...STATUSES].join(', ')}`);
  if (row.status === 'alias' || row.status === 'undocumented') {
    return row.country === '' ? ok(undefined) : fail(`found a country for a region that is ${row.status}`);
  }
  const country = parseCountryCode(row.country);
  const countries = country === undefined ? jurisdictions.get(row.country)?.countries : CountrySet.of([country]);
  if (countries === undefined) return fail(`found country ${quote(row.country)}, expected an ISO code or a jurisdiction`);
  return ok({ countries, region: key, label: key });
}

function geofeedPlace(region: string, label: string): ClosedPlace | undefined {
  const country = parseCountryCode(GEOFEED_REGION.exec(region)?.[1] ?? '');
  return country === undefined ? undefined : { countries: CountrySet.of([country]), region: label, label };
}
