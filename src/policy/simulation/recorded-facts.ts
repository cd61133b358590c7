import type { Authority, IpAddress } from '../../core/address.ts';
import type { DecisionEvent, RecordedEvidence } from '../../core/exchange/record.ts';
import {
  EVIDENCE_KINDS,
  FACETS,
  type AddressFacts,
  type DestinationFacts,
  type Evidence,
  type EvidenceKind,
  type Facet,
  type NameFacts,
} from '../../core/place/evidence.ts';
import type { Place } from '../../core/place/place.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import type { WorldData } from '../model.ts';
import { recordedPlace } from './recorded-places.ts';
import type { RecordedTarget } from './recorded-target.ts';
import type { Untold } from './untold.ts';

/**
 * The tables at hand. Evidence is taken from the record; of the tables is asked what a record does not say of it: whether an
 * address is the gateway's own, whether GeoIP proves anything, what a name's place depends on.
 */
export interface SimulationTables {
  collectName(host: string, path: string | undefined, content: unknown): NameFacts | undefined;
  collectAddress(address: IpAddress, port: number): AddressFacts;
  readonly world: WorldData;
}

/**
 * The facts that a recorded decision rested on.
 * @failure why they cannot be had
 */
export function recordedFacts(
  event: Pick<DecisionEvent, 'evidence' | 'unlocated' | 'policy'>,
  target: RecordedTarget,
  tables: SimulationTables,
): Result<DestinationFacts, Untold> {
  const { host, port } = target.authority;
  const restored = restoreAll(event.evidence, tables.world);
  if (!restored.ok) return restored;
  const name = event.policy === undefined ? ok(knownName(target, tables)) : nameFacts(restored.value, target, tables);
  if (!name.ok) return name;
  const addresses = addressFacts(restored.value, event.unlocated ?? [], target.authority, tables);
  if (!addresses.ok) return addresses;
  return ok({
    host,
    port,
    ...(name.value !== undefined && { name: name.value }),
    ...(addresses.value.length > 0 && { addresses: addresses.value }),
  });
}

/** What destinations of the policy stated then is left out: the candidate states its own. */
function restoreAll(recorded: readonly RecordedEvidence[], world: WorldData): Result<readonly Evidence[], Untold> {
  const evidence: Evidence[] = [];
  for (const each of recorded) {
    // A list that did not fit into its record ends in a text that says so.
    if (typeof each !== 'object' || !isEvidenceKind(each.kind)) return fail('record');
    if (each.kind === 'attestation' && !isOverride(each)) continue;
    const restored = restore(each, each.kind, world);
    if (!restored.ok) return restored;
    evidence.push(restored.value);
  }
  return ok(evidence);
}

function isEvidenceKind(kind: string): kind is EvidenceKind {
  return EVIDENCE_KINDS.some((each) => each === kind);
}

/** `geo.overrides` name a block of addresses, destinations their id. */
function isOverride({ address, match }: RecordedEvidence): boolean {
  return address !== undefined && match?.includes('/') === true;
}

function restore(recorded: RecordedEvidence, kind: EvidenceKind, world: WorldData): Result<Evidence, Untold> {
  const places: { [F in Facet]?: Place } = {};
  for (const facet of FACETS) {
    const label = recorded.places[facet];
    if (label === undefined) continue;
    const place = recordedPlace(label, world);
    if (place === undefined) return fail('evidence');
    places[facet] = place;
  }
  const { source, date, match, address, stale } = recorded;
  return ok({
    kind,
    places,
    source,
    ...(date !== undefined && { date }),
    ...(match !== undefined && { match }),
    ...(address !== undefined && { address }),
    ...(stale !== undefined && { stale }),
  });
}

/** What the catalogue said, with what it says now about how the name is served. */
function nameFacts(
  evidence: readonly Evidence[],
  target: RecordedTarget,
  tables: SimulationTables,
): Result<NameFacts | undefined, Untold> {
  const said = evidence.find(({ kind }) => kind === 'endpoint-name');
  if (said === undefined) return ok(undefined);
  const known = knownName(target, tables);
  if (known === undefined || !isSameRow(said, known.evidence)) return fail('evidence');
  const { dependsOn, ...facts } = known;
  // A request that was read has told what its place depended on.
  const isSettled = FACETS.some((facet) => said.places[facet] !== undefined && known.evidence.places[facet] === undefined);
  return ok({ ...facts, evidence: said, ...(dependsOn !== undefined && !isSettled && { dependsOn }) });
}

/** What the catalogue says now; all there is of a name that was refused before its place was judged. */
function knownName(
  { authority: { host }, rawPath, hasNoContent }: RecordedTarget,
  tables: SimulationTables,
): NameFacts | undefined {
  return host.kind === 'name' ? tables.collectName(host.name, rawPath, hasNoContent ? null : undefined) : undefined;
}

function isSameRow(a: Evidence, b: Evidence): boolean {
  return a.source === b.source && a.date === b.date && a.match === b.match;
}

function addressFacts(
  evidence: readonly Evidence[],
  unlocated: readonly string[],
  { host, port }: Authority,
  tables: SimulationTables,
): Result<readonly AddressFacts[], Untold> {
  const texts = new Set([...evidence.flatMap(({ address }) => address ?? []), ...unlocated]);
  if (host.kind === 'address') texts.add(host.address.text);
  const facts: AddressFacts[] = [];
  for (const text of texts) {
    const address = parseIpAddress(text);
    if (!address.ok) return fail('record');
    const own = evidence.filter((each) => each.address === text);
    const now = tables.collectAddress(address.value, port);
    const proof = geoipProof(own, now);
    if (proof === undefined) return fail('evidence');
    facts.push({ ...now, evidence: own, geoipProvesInside: proof });
  }
  return ok(facts);
}

/** Whether GeoIP proved inside; undefined where that cannot be told: databases have answered otherwise then. */
function geoipProof(own: readonly Evidence[], now: AddressFacts): boolean | undefined {
  const strongest = own.find(({ stale, places }) => stale !== true && places.entry !== undefined);
  // Nothing is asked of it where something stronger speaks.
  if (strongest?.kind !== 'geoip') return false;
  return opinions(own) === opinions(now.evidence) ? now.geoipProvesInside : undefined;
}

function opinions(evidence: readonly Evidence[]): string {
  const geoip = evidence.filter(({ kind }) => kind === 'geoip' || kind === 'anycast');
  const texts = geoip.map(({ source, places, stale }) => JSON.stringify([source, places.entry?.label, stale]));
  return texts.sort().join('\n');
}
