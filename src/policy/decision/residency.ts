import type { ActionAttributes, Decision, SubjectAttributes } from '../../core/exchange/decision.ts';
import { FACETS, type Facet } from '../../core/place/evidence.ts';
import type { Denial } from './denial.ts';
import type { PreparedRule } from '../target/prepared.ts';
import { isProvedInside, type Judged, type Standing } from '../place/standing.ts';
import type { Transfer } from '../model.ts';
import type { Weighed } from './weigh.ts';

/** How an exchange stands to the residency floor: inside home, outside by a transfer, or refused. */
export type Residency =
  | { readonly kind: 'home' }
  | { readonly kind: 'transfer'; readonly transfer: NonNullable<Decision['transfer']> }
  | { readonly kind: 'refused'; readonly denial: Denial };

const HOME: Residency = { kind: 'home' };

/**
 * The residency floor (invariant 4, contract §4.1.4): entry, processing and storage are proved to be inside home, or one rule
 * that certainly matches carries a transfer that covers every place outside.
 *
 * @param carriers rules with a transfer; of several that cover, the one with the lowest id is named.
 */
export function applyResidency(weighed: Weighed, carriers: readonly PreparedRule[]): Residency {
  const { home } = weighed.request.subject;
  const { standings } = weighed.judged;
  if (home.any) return HOME;
  const outside = FACETS.filter((facet) => !isAtHome(standings[facet], home));
  if (outside.length === 0) return HOME;
  let carrier: PreparedRule | undefined;
  for (const rule of carriers) {
    const { transfer, id } = rule.rule;
    if (transfer === undefined || (carrier !== undefined && carrier.rule.id < id)) continue;
    if (carries(transfer, outside, weighed, false)) carrier = rule;
  }
  const transfer = carrier?.rule.transfer;
  if (carrier === undefined || transfer === undefined) {
    return { kind: 'refused', denial: refusal(weighed, outside, carriers.length > 0) };
  }
  const { basis, reference } = transfer;
  return { kind: 'transfer', transfer: { rule: carrier.rule.id, basis, ...(reference !== undefined && { reference }) } };
}

type Home = SubjectAttributes['home'];

function isAtHome({ place, blocked, outsideOnly }: Standing, home: Home): boolean {
  return !blocked && !outsideOnly && place.open === undefined && place.countries.isSubsetOf(home.countries);
}

/**
 * The denial that the residency floor gives whatever else becomes known of the request; undefined while a look-up, the path or
 * the content may still change the place, or one of the candidates may carry the exchange.
 */
export function certainRefusal(weighed: Weighed, candidates: readonly PreparedRule[]): Denial | undefined {
  const { home } = weighed.request.subject;
  const { standings } = weighed.judged;
  if (home.any || FACETS.some((facet) => standings[facet].pending)) return undefined;
  const outside = FACETS.filter((facet) => !isAtHome(standings[facet], home));
  if (outside.length === 0) return undefined;
  const carriers = candidates.filter(({ rule }) => rule.transfer !== undefined);
  const mayCarry = carriers.some(
    ({ rule: { transfer } }) => transfer !== undefined && carries(transfer, outside, weighed, true),
  );
  return mayCarry ? undefined : refusal(weighed, outside, carriers.length > 0);
}

function carries(transfer: Transfer, outside: readonly Facet[], weighed: Weighed, possibly: boolean): boolean {
  const { judged, request } = weighed;
  if (transfer.until !== undefined && request.environment.now >= transfer.until) return false;
  if (!outside.every((facet) => isProvedInside(judged.standings[facet], transfer.to))) return false;
  return holdsBasis(transfer.basis, weighed, possibly);
}

/** @param possibly what is not known of the request counts for the basis, not against it. */
function holdsBasis(basis: Transfer['basis'], { request, destinations }: Weighed, possibly: boolean): boolean {
  switch (basis) {
    case 'dpf':
      return destinations.some(({ destination }) => destination.frameworks.has('dpf'));
    case 'public-data':
      return isPlainRead(request.action, possibly);
    case 'adequacy':
    case 'scc':
    case 'bcr':
    case 'derogation':
    case 'contract':
      return true;
  }
}

function isPlainRead({ method, mediaType }: ActionAttributes, possibly: boolean): boolean {
  const reads = method === undefined ? possibly : method === 'GET' || method === 'HEAD';
  return reads && (mediaType === undefined ? possibly : mediaType === 'none');
}

/** The first code of contract §3 that applies to the facets outside. */
function refusal({ judged, request }: Weighed, outside: readonly Facet[], hasCarriers: boolean): Denial {
  const { home } = request.subject;
  const stale = outside.find((facet) => restsOnStale(judged, facet));
  if (stale !== undefined) {
    return { code: 'tables_stale', reason: `The table that would prove the ${stale} place is too old` };
  }
  const unknown = outside.find((facet) => isUnproved(judged.standings[facet], home));
  if (unknown !== undefined) {
    return { code: 'unknown_place', reason: `Nothing proves that the ${unknown} place is inside ${home.label}` };
  }
  const blocked = outside.find((facet) => judged.standings[facet].blocked);
  if (blocked !== undefined) {
    return { code: 'place_contradiction', reason: `The evidence about the ${blocked} place contradicts itself` };
  }
  const facet = outside[0] ?? 'entry';
  const carriage = hasCarriers ? 'no transfer of a matching rule covers that' : 'no matching rule carries a transfer';
  return {
    code: 'outside_home',
    reason: `The ${facet} place is ${judged.standings[facet].place.label}, outside ${home.label}, and ${carriage}`,
  };
}

function restsOnStale({ standings, judgement }: Judged, facet: Facet): boolean {
  if (standings[facet].stale) return true;
  return judgement.contradictions.some(
    ({ facet: about, blocks, a, b }) => about === facet && blocks && (a.stale === true || b.stale === true),
  );
}

// What GeoIP alone says proves outside; that it is inside stays open.
function isUnproved({ place, outsideOnly }: Standing, home: Home): boolean {
  if (place.open !== undefined) return place.open === 'unknown';
  return outsideOnly && place.countries.overlaps(home.countries);
}
