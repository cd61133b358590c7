import type { Judgement, Visibility } from '../core/exchange/decision.ts';
import type { AddressFacts, DestinationFacts, Evidence, Facet, NameFacts } from '../core/place/evidence.ts';
import { UNKNOWN } from '../core/place/place.ts';
import type { Instant } from '../core/units.ts';
import { findContradictions, type Contradiction } from './place/contradictions.ts';
import { isInForce, type Statement } from './target/prepared.ts';
import type { Judged, Standing } from './place/standing.ts';
import { attestedStanding, uniteStandings } from './place/unite-places.ts';

/** What a judgement rests on. */
export interface Case {
  readonly facts: DestinationFacts;
  /** The addresses that may be dialled; absent while a name is not looked up. */
  readonly addresses: readonly AddressFacts[] | undefined;
  /** Statements of every destination of the policy that the target falls under. */
  readonly statements: readonly Statement[];
  readonly visibility: Visibility;
  readonly now: Instant;
  /** The addresses will never be known: name evidence is all there is (contract §5). */
  readonly nameOnly: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Weighs all evidence about a destination: one place per facet, the evidence that won, contradictions and age (contract §4.1.4–5). */
export function judge(given: Case): Judged {
  const stated = inForce(given.statements, given.now);
  const byAddress = entryByAddress(given);
  const entry = facetStanding('entry', given, stated, byAddress);
  const processing = facetStanding('processing', given, stated, entry);
  const storage = facetStanding('storage', given, stated, entry);
  const standings = { entry, processing, storage };
  const { name } = given.facts;
  const contradictions = findContradictions({
    stated,
    name,
    nameIsDependent: name !== undefined && isDependent(name),
    addresses: given.addresses,
    visibility: given.visibility,
    restsOnName: entry.winner?.kind === 'endpoint-name',
  });
  for (const { facet, blocks } of contradictions) if (blocks) standings[facet].blocked = true;
  return { judgement: judgementOf(given, stated, standings, contradictions), standings };
}

function inForce(statements: readonly Statement[], now: Instant): readonly Evidence[] {
  if (statements.length === 0) return NO_EVIDENCE;
  return statements.filter((statement) => isInForce(statement, now)).map(({ evidence }) => evidence);
}

const NO_EVIDENCE: readonly Evidence[] = [];

/**
 * Attestation, else the endpoint's name, else what the facet follows: for entry the addresses, for the others entry. An
 * address that is attested itself (`geo.overrides`) speaks before the name does.
 */
function facetStanding(facet: Facet, given: Case, stated: readonly Evidence[], followed: Standing): Mutable<Standing> {
  const attested = attestedStanding(stated, facet);
  // Addresses may still contradict what is attested.
  if (attested !== undefined) return isUnresolved(given) ? { ...attested, pending: true } : attested;
  const rest = withoutAttestation(facet, given, followed);
  const overridden = given.addresses?.some((facts) => overrideOf(facts, facet) !== undefined) ?? false;
  if (!overridden || given.addresses === undefined) return rest;
  return uniteStandings(given.addresses.map((facts) => overrideOf(facts, facet) ?? rest));
}

function overrideOf(facts: AddressFacts, facet: Facet): Standing | undefined {
  return facts.evidence[0]?.kind === 'attestation' ? attestedStanding(facts.evidence, facet) : undefined;
}

function withoutAttestation(facet: Facet, given: Case, followed: Standing): Mutable<Standing> {
  const { name } = given.facts;
  if (name === undefined) return followed;
  const place = name.evidence.places[facet];
  const dependent = isDependent(name);
  const pending = isUnresolved(given) || (dependent && given.visibility !== 'opaque');
  if (dependent && facet === 'processing') return { ...NOTHING_KNOWN, pending };
  const isStated = place !== undefined && !(facet === 'entry' && place.open === 'unknown');
  if (isStated && name.evidence.stale !== true) {
    return { ...NOTHING_KNOWN, place, winner: name.evidence, pending };
  }
  const rest = facet !== 'entry' && name.processesElsewhere ? { ...NOTHING_KNOWN, pending } : followed;
  return isStated ? { ...rest, outsideOnly: true, stale: true } : rest;
}

/** Whether the place still depends on the path or on content; in an opaque tunnel it does so for ever. */
function isDependent({ dependsOn }: NameFacts): boolean {
  return dependsOn !== undefined && (dependsOn.path || dependsOn.content.length > 0);
}

function isUnresolved(given: Case): boolean {
  return given.facts.host.kind === 'name' && given.addresses === undefined && !given.nameOnly;
}

const NOTHING_KNOWN: Standing = { place: UNKNOWN, outsideOnly: false, stale: false, blocked: false, pending: false };

/** Where the addresses say the destination is entered. */
function entryByAddress(given: Case): Mutable<Standing> {
  const { addresses } = given;
  if (addresses === undefined) return { ...NOTHING_KNOWN, pending: isUnresolved(given) };
  const [first, ...others] = addresses;
  if (first === undefined) return { ...NOTHING_KNOWN };
  return others.length === 0 ? addressStanding(first) : uniteStandings(addresses.map(addressStanding));
}

/** The strongest fresh evidence about one address. What stands behind a stale table proves outside only (invariant 7). */
export function addressStanding(facts: AddressFacts): Mutable<Standing> {
  let stale = false;
  for (const evidence of facts.evidence) {
    const place = evidence.places.entry;
    if (place === undefined) continue;
    if (evidence.stale === true) {
      stale = true;
      continue;
    }
    if (evidence.kind === 'attestation') return attestedStanding(facts.evidence, 'entry') ?? { ...NOTHING_KNOWN };
    if (evidence.kind !== 'geoip') {
      return { place, winner: evidence, outsideOnly: stale, stale, blocked: false, pending: false };
    }
    return geoipStanding(facts, evidence, stale);
  }
  return { ...NOTHING_KNOWN, stale };
}

// Databases that disagree leave every place that one of them names.
function geoipStanding(facts: AddressFacts, first: Evidence, stale: boolean): Mutable<Standing> {
  const fresh = facts.evidence.filter((each) => each.kind === 'geoip' && each.stale !== true);
  const united = uniteStandings(fresh.map((each) => ({ ...NOTHING_KNOWN, place: each.places.entry ?? UNKNOWN, winner: each })));
  const { place } = united;
  return { place, winner: first, outsideOnly: stale || !facts.geoipProvesInside, stale, blocked: false, pending: false };
}

function judgementOf(
  { facts, addresses }: Case,
  stated: readonly Evidence[],
  { entry, processing, storage }: Judged['standings'],
  contradictions: readonly Contradiction[],
): Judgement {
  const evidence: Evidence[] = [...stated];
  if (facts.name !== undefined) evidence.push(facts.name.evidence);
  if (addresses !== undefined) for (const each of addresses) evidence.push(...each.evidence);
  return {
    places: { entry: entry.place, processing: processing.place, storage: storage.place },
    winners: {
      ...(entry.winner !== undefined && { entry: entry.winner }),
      ...(processing.winner !== undefined && { processing: processing.winner }),
      ...(storage.winner !== undefined && { storage: storage.winner }),
    },
    evidence,
    contradictions,
    stale: entry.stale || processing.stale || storage.stale,
  };
}
