import type { Instant, Milliseconds } from '../../core/units.ts';
import type { DatedFile, LoadedSources } from './load-sources.ts';
import { isRouteGate } from './geoip/geoip-set.ts';
import { isStale, type TableStatus } from './table-status.ts';

interface MaxAge {
  readonly ranges: Milliseconds;
  readonly geoip: Milliseconds;
}

const PROVES = {
  catalogue: 'the place of names whose provider documents one',
  regions: 'which country a documented cloud region is in',
  jurisdictions: 'which countries a named set has',
  ranges: 'inside and outside, for addresses of a documented region',
  anycast: 'that an address has no country',
  geoip: 'outside; inside only where two independent databases agree, or with geo.trust: single',
  route: 'that an address is not announced, so that no database is believed about it',
  nothing: 'nothing while it is missing',
} as const;

/** Every table as of `now`. */
export function statusOf(loaded: LoadedSources, maxAge: MaxAge, now: Instant): readonly TableStatus[] {
  const own = (name: string, kind: 'catalogue' | 'regions' | 'jurisdictions' | 'anycast', rows: number): TableStatus => ({
    name,
    kind,
    rows,
    stale: false,
    source: 'shipped with this release (geoip-data/SOURCES.md)',
    licence: 'Apache-2.0',
    proves: PROVES[kind],
  });
  return [
    own('endpoints', 'catalogue', loaded.catalogue.size),
    own('cloud-regions', 'regions', loaded.regions.size),
    own('jurisdictions', 'jurisdictions', loaded.jurisdictions.size),
    own('anycast', 'anycast', loaded.anycast.size),
    ...loaded.rangeFiles.map((file) => dated(file, 'ranges', maxAge.ranges, now)),
    ...loaded.databases.map((file) => ({
      ...dated(file, 'geoip', maxAge.geoip, now),
      ...(isRouteGate({ ...file, stale: false }) && { proves: PROVES.route }),
    })),
    ...loaded.problems.map(({ table, detail }): TableStatus => ({
      name: table,
      kind: table.endsWith('.mmdb') ? 'geoip' : 'ranges',
      rows: 0,
      stale: false,
      problem: detail,
      source: '',
      licence: '',
      proves: PROVES.nothing,
    })),
  ];
}

/** The next moment at which some table becomes stale, or stops being dated in the future. */
export function nextAging(loaded: LoadedSources, maxAge: MaxAge, now: Instant): Instant {
  const limits = [
    ...loaded.rangeFiles.map(({ at }) => ({ at, limit: maxAge.ranges })),
    ...loaded.databases.map(({ at }) => ({ at, limit: maxAge.geoip })),
  ];
  // One more millisecond: a table of exactly its limit is not stale yet.
  const changes = limits.map(({ at, limit }) => (isStale(now - at, limit) ? at : at + limit + 1)).filter((at) => at > now);
  return Math.min(...changes, now + DAY);
}

const DAY: Milliseconds = 86_400_000;

function dated(file: DatedFile, kind: 'ranges' | 'geoip', limit: Milliseconds, now: Instant): TableStatus {
  return {
    name: file.name,
    kind,
    date: file.date,
    age: Math.max(0, now - file.at),
    rows: file.rows,
    stale: isStale(now - file.at, limit),
    source: file.source,
    licence: file.licence,
    proves: PROVES[kind],
  };
}
