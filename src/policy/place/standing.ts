import type { Judgement } from '../../core/exchange/decision.ts';
import { FACETS, type Evidence, type Facet } from '../../core/place/evidence.ts';
import { isInside, mayBeInside, type Place, type PlaceSet } from '../../core/place/place.ts';
import { and, or, type Tri } from '../tri.ts';

/** What is known about one facet, and how far it proves anything. */
export interface Standing {
  readonly place: Place;
  readonly winner?: Evidence;
  /** Rests on GeoIP alone, or on what is left behind a stale table: it proves outside, never inside (contract §4.1.5). */
  readonly outsideOnly: boolean;
  /** A stale table would have decided. */
  readonly stale: boolean;
  /** A contradiction that denies; the place is not proved. */
  readonly blocked: boolean;
  /** Facts still to come (a look-up, the path, the content) may change it. */
  readonly pending: boolean;
  /** The place of each address, where several stand apart. */
  readonly parts?: readonly Place[];
}

/** A judgement with what the rules need beyond it. Facets that follow entry share its standing. */
export interface Judged {
  readonly judgement: Judgement;
  readonly standings: { readonly [F in Facet]: Standing };
}

/** Whether every possible place of the facet is proved to be inside: what a permit and a transfer ask. */
export function isProvedInside(standing: Standing, set: PlaceSet): boolean {
  if (set.any) return true;
  if (standing.blocked) return false;
  // Whoever names `unknown` accepts a place that is stated but not proved.
  if (standing.outsideOnly && !set.open.has('unknown')) return false;
  return isInside(standing.place, set);
}

/** Whether the place as stated lies inside, at any one address: what a deny and a hold ask. GeoIP is taken at its word. */
function isStatedInside(standing: Standing, set: PlaceSet): boolean {
  return isInside(standing.place, set) || (standing.parts?.some((place) => isInside(place, set)) ?? false);
}

function isPossiblyInside(standing: Standing, set: PlaceSet): boolean {
  if (standing.blocked || standing.stale || mayBeInside(standing.place, set)) return true;
  return standing.parts?.some((place) => mayBeInside(place, set)) ?? false;
}

/** `places` of a permit: entry, processing and storage are all proved inside. Unknown only while facts are to come. */
export function isAllInside({ standings }: Judged, set: PlaceSet): Tri {
  let result: Tri = 'yes';
  for (const facet of FACETS) {
    const standing = standings[facet];
    result = and(result, standing.pending && !set.any ? 'unknown' : isProvedInside(standing, set) ? 'yes' : 'no');
  }
  return result;
}

/** `places` of a deny or a hold: some facet is stated to be inside. Unknown only while facts are to come. */
export function isSomeInside(judged: Judged, set: PlaceSet): Tri {
  let result: Tri = 'no';
  for (const facet of FACETS) {
    const standing = judged.standings[facet];
    result = or(result, isStatedInside(standing, set) ? 'yes' : standing.pending ? 'unknown' : 'no');
  }
  return result === 'yes' || !isContradicted(judged, set) ? result : 'yes';
}

/** `or-unknown`, and `places` of obligations: some facet can be inside. Unknown only while facts are to come. */
export function isSomePossiblyInside({ standings }: Judged, set: PlaceSet): Tri {
  let result: Tri = 'no';
  for (const facet of FACETS) {
    const standing = standings[facet];
    result = or(result, standing.pending ? 'unknown' : isPossiblyInside(standing, set) ? 'yes' : 'no');
  }
  return result;
}

// Where statements exclude each other, a deny takes the one that makes it match.
function isContradicted({ judgement }: Judged, set: PlaceSet): boolean {
  for (const { a, b, facet, blocks } of judgement.contradictions) {
    if (!blocks) continue;
    for (const place of [a.places[facet], b.places[facet]]) {
      if (place !== undefined && isInside(place, set)) return true;
    }
  }
  return false;
}
