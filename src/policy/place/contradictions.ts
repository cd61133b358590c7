import type { Judgement, Visibility } from '../../core/exchange/decision.ts';
import { FACETS, type AddressFacts, type Evidence, type Facet, type NameFacts } from '../../core/place/evidence.ts';
import { isDisjoint, UNKNOWN, type ClosedPlace } from '../../core/place/place.ts';

export type Contradiction = Judgement['contradictions'][number];

/** What is compared. */
export interface Statements {
  /** Attestations in force. */
  readonly stated: readonly Evidence[];
  readonly name: NameFacts | undefined;
  /** The facet of the name's statement about processing is open until the path or the content is known. */
  readonly nameIsDependent: boolean;
  readonly addresses: readonly AddressFacts[] | undefined;
  readonly visibility: Visibility;
  /** Entry rests on the name. */
  readonly restsOnName: boolean;
}

const NONE: readonly Contradiction[] = [];

/**
 * Statements that exclude each other (contract §4.1.5). An attestation that is excluded by another one, by the name or by a
 * cloud range blocks; a permit that rests on the name outside of inspection is blocked unless every address agrees. What GeoIP
 * says against the others is recorded only. Stale evidence contradicts nothing.
 */
export function findContradictions(statements: Statements): readonly Contradiction[] {
  const found: Contradiction[] = [];
  if (statements.stated.length > 0) compareAttestations(statements, found);
  for (const facts of statements.addresses ?? NO_ADDRESSES) {
    compareWithin(facts, found);
    if (statements.name !== undefined) compareWithName(statements.name, facts, statements, found);
  }
  return found.length === 0 ? NONE : found;
}

const NO_ADDRESSES: readonly AddressFacts[] = [];

function compareAttestations({ stated, name, nameIsDependent, addresses }: Statements, found: Contradiction[]): void {
  for (const [index, a] of stated.entries()) {
    for (const b of stated.slice(index + 1)) compareFacets(a, b, true, found);
    if (name !== undefined) compareFacets(a, name.evidence, true, found, nameIsDependent ? 'processing' : undefined);
    for (const { evidence } of addresses ?? NO_ADDRESSES) {
      for (const b of evidence) compareFacets(a, b, b.kind !== 'geoip', found);
    }
  }
}

/** Attestation, range and GeoIP of one address against each other. */
function compareWithin({ evidence }: AddressFacts, found: Contradiction[]): void {
  for (let i = 0; i < evidence.length - 1; i++) {
    const a = evidence[i];
    if (a === undefined || a.kind === 'geoip') continue;
    for (let j = i + 1; j < evidence.length; j++) {
      const b = evidence[j];
      if (b !== undefined) compareFacets(a, b, a.kind === 'attestation' && b.kind !== 'geoip', found);
    }
  }
}

function compareWithName(name: NameFacts, facts: AddressFacts, statements: Statements, found: Contradiction[]): void {
  const place = name.evidence.places.entry;
  const mustAgree = statements.restsOnName && statements.visibility !== 'inspected' && !name.servedFromAnywhere;
  if (mustAgree && place !== undefined && place.open === undefined) {
    const own = facts.evidence.find((each) => each.places.entry !== undefined);
    if (!agrees(own, place)) {
      found.push({ a: name.evidence, b: own ?? nothingAbout(facts), facet: 'entry', blocks: true });
    }
    return;
  }
  for (const each of facts.evidence) compareFacets(name.evidence, each, each.kind === 'attestation', found);
}

/** An address agrees with a name when it is known to be inside the place that the name states. */
function agrees(own: Evidence | undefined, stated: ClosedPlace): boolean {
  const place = own?.places.entry;
  if (own?.stale === true || place === undefined || place.open !== undefined) return false;
  return place.countries.isSubsetOf(stated.countries);
}

function nothingAbout(facts: AddressFacts): Evidence {
  return { kind: 'geoip', places: { entry: UNKNOWN }, source: 'no table knows the address', address: facts.address.text };
}

function compareFacets(a: Evidence, b: Evidence, blocks: boolean, found: Contradiction[], except?: Facet): void {
  if (a.stale === true || b.stale === true) return;
  for (const facet of FACETS) {
    const left = a.places[facet];
    const right = b.places[facet];
    if (facet === except || left === undefined || right === undefined) continue;
    if (isDisjoint(left, right)) found.push({ a, b, facet, blocks });
  }
}
