import type { IpAddress } from '../../../core/address.ts';
import type { Evidence } from '../../../core/place/evidence.ts';
import { ANYCAST, countryPlace } from '../../../core/place/place.ts';
import type { GeoipDatabase } from '../../geoip.ts';

/** A database with what is known about its file. */
export interface DatedDatabase {
  readonly database: GeoipDatabase;
  readonly date: string;
  readonly stale: boolean;
}

/** What all databases together say about an address. */
export interface GeoipOpinion {
  /** One statement per database that has one; countries before what is not a country. */
  readonly evidence: readonly Evidence[];
  readonly provesInside: boolean;
}

/** How many opinions prove that an address is inside a country: one, or two that are independent of each other. */
export type GeoipTrust = 'agreeing' | 'single';

/**
 * Asks every database about a routable address. One dissenting database that is not stale, or one that calls the address
 * anycast, takes the proof away; a database that does not know takes nothing away and gives nothing.
 */
export function geoipOpinion(databases: readonly DatedDatabase[], address: IpAddress, trust: GeoipTrust): GeoipOpinion {
  const gates = databases.filter(isRouteGate);
  const isRouted = gates.every(({ database }) => database.lookup(address) !== undefined);
  const evidence: Evidence[] = [];
  const others: Evidence[] = [];
  const countries = new Set<string>();
  const families = new Set<string>();
  let isContested = !isRouted;
  for (const dated of databases) {
    if (isRouteGate(dated)) continue;
    const answer = dated.database.lookup(address);
    if (answer === undefined) continue;
    const statement = evidenceOf(dated, address, answer.network);
    if (answer.anycast) {
      others.unshift({ ...statement, kind: 'anycast', places: { entry: ANYCAST } });
      isContested ||= !dated.stale;
    } else if (answer.country === undefined) {
      const label = answer.instead === undefined ? 'unknown' : `unknown (${answer.instead})`;
      others.push({ ...statement, places: { entry: { open: 'unknown', label } } });
    } else {
      evidence.push({ ...statement, places: { entry: countryPlace(answer.country) } });
      if (dated.stale) continue;
      countries.add(answer.country);
      if (dated.database.family !== undefined || trust === 'single') families.add(dated.database.family ?? dated.database.name);
    }
  }
  const opinions = trust === 'single' ? 1 : 2;
  return {
    evidence: [
      ...others.filter(({ kind }) => kind === 'anycast'),
      ...evidence,
      ...others.filter(({ kind }) => kind === 'geoip'),
    ],
    provesInside: !isContested && countries.size === 1 && families.size >= opinions,
  };
}

/** Whether the database says only that there is a route. */
export function isRouteGate({ database }: DatedDatabase): boolean {
  return database.family === 'iptoasn';
}

function evidenceOf({ database, date, stale }: DatedDatabase, address: IpAddress, network: string): Evidence {
  return {
    kind: 'geoip',
    places: {},
    source: database.name,
    date,
    match: network,
    address: address.text,
    ...(stale && { stale: true }),
  };
}
