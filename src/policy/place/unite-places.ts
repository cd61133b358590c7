import type { Evidence, Facet } from '../../core/place/evidence.ts';
import { UNKNOWN, type ClosedPlace, type Place } from '../../core/place/place.ts';
import type { Standing } from './standing.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The standing that several together leave, when the exchange may go to any of them: every place that one of them states.
 * It proves no more than the weakest of them.
 */
export function uniteStandings(standings: readonly Standing[]): Mutable<Standing> {
  const [first, ...others] = standings;
  if (first === undefined) return { place: UNKNOWN, outsideOnly: false, stale: false, blocked: false, pending: false };
  if (others.length === 0) return { ...first };
  const place = others.reduce<Place>((united, other) => unitePlaces(united, other.place), first.place);
  const isApart = others.some((other) => !isSamePlace(first.place, other.place));
  return {
    place,
    ...(first.winner !== undefined && { winner: first.winner }),
    outsideOnly: standings.some((each) => each.outsideOnly),
    stale: standings.some((each) => each.stale),
    blocked: standings.some((each) => each.blocked),
    pending: standings.some((each) => each.pending),
    ...(isApart && { parts: standings.map((each) => each.place) }),
  };
}

const OPEN_ORDER = ['unknown', 'anycast', 'global'] as const;

/** Every place that one of two states; an open place swallows a closed one, and the least known of two open ones stays. */
function unitePlaces(a: Place, b: Place): Place {
  if (a.open !== undefined) {
    return b.open !== undefined && OPEN_ORDER.indexOf(b.open) < OPEN_ORDER.indexOf(a.open) ? b : a;
  }
  if (b.open !== undefined) return b;
  return isSamePlace(a, b) ? a : uniteClosed(a, b);
}

// A label may be a union itself, so labels are taken apart before they are joined.
function uniteClosed(a: ClosedPlace, b: ClosedPlace): ClosedPlace {
  const labels = new Set([...a.label.split(' or '), ...b.label.split(' or ')]);
  return {
    countries: a.countries.union(b.countries),
    ...(a.region !== undefined && a.region === b.region && { region: a.region }),
    label: [...labels].sort().join(' or '),
  };
}

function isSamePlace(a: Place, b: Place): boolean {
  if (a === b) return true;
  if (a.open !== undefined || b.open !== undefined) return a.open === b.open;
  return a.region === b.region && a.countries.isSubsetOf(b.countries) && b.countries.isSubsetOf(a.countries);
}

/**
 * What several attestations of one facet leave. All are true by the operator's word, so of two that contain each other the
 * narrower stands; otherwise nothing narrower than all of them together is claimed. Undefined when none covers the facet.
 */
export function attestedStanding(evidence: readonly Evidence[], facet: Facet): Mutable<Standing> | undefined {
  let first: Standing | undefined;
  let all: Standing[] | undefined;
  for (const winner of evidence) {
    const place = winner.places[facet];
    if (winner.kind !== 'attestation' || place === undefined || winner.stale === true) continue;
    const standing = { place, winner, outsideOnly: false, stale: false, blocked: false, pending: false };
    if (first === undefined) first = standing;
    else (all ??= [first]).push(standing);
  }
  if (all === undefined) return first;
  const { parts: _, ...united } = uniteStandings(narrowest(all));
  return united;
}

function narrowest(standings: readonly Standing[]): readonly Standing[] {
  return standings.filter(
    ({ place }, index) =>
      !standings.some(
        (other, at) => at !== index && isWithin(other.place, place) && (at < index || !isWithin(place, other.place)),
      ),
  );
}

function isWithin(a: Place, b: Place): boolean {
  if (a.open !== undefined || b.open !== undefined) return false;
  return a.countries.isSubsetOf(b.countries) && (b.region === undefined || a.region === b.region);
}
