import { authorityText, hostText } from '../core/address.ts';
import type { Code } from '../core/codes.ts';
import type { ApprovalId } from '../core/ids.ts';
import type { Decision } from '../core/exchange/decision.ts';
import type { AddressFacts, Evidence } from '../core/place/evidence.ts';
import type { DecisionEvent, OutcomeEvent, RecordedEvidence } from '../core/exchange/record.ts';
import type { Milliseconds } from '../core/units.ts';
import { recordedAddress, recordedMediaType, recordedPath } from '../transform/masking/recorded-text.ts';
import { fieldValue } from '../wire/http/fields.ts';
import { mediaTypeOf } from '../wire/http/media-type.ts';
import type { Held, Permitted, Release } from './judging/permitted.ts';
import type { Refusal } from './judging/refusal.ts';
import { subjectOf, type Progress } from './judging/progress.ts';

/** The decision record of an exchange that goes on. */
export function permittedEvent(progress: Progress): DecisionEvent {
  return describe(progress, 'permit', undefined, progress.decision?.reason);
}

/** The decision record of an exchange that waits for people. */
export function heldEvent(held: Held, approval: ApprovalId): DecisionEvent {
  return { ...describe(held, 'hold', undefined, held.decision.reason), approval };
}

/** The decision record of an exchange that was held and is let go. */
export function releasedEvent(released: Permitted & { readonly release: Release }): DecisionEvent {
  const { approval } = released.release;
  const reason = approval === undefined ? 'Covered by a grant' : 'Approved';
  return { ...describe(released, 'permit', undefined, reason), ...(approval !== undefined && { approval }) };
}

/** The decision record of an exchange that ends here. */
export function refusedEvent({ progress, code, reason, detail }: Refusal): DecisionEvent {
  const effect = progress.decision?.effect === 'hold' ? 'hold' : 'deny';
  return describe(progress, effect, code, reason ?? detail ?? progress.decision?.reason);
}

/** The outcome of an exchange that the gateway answered itself; without a status when nobody was left to answer. */
export function answeredEvent(
  progress: Pick<Progress, 'id'>,
  code: Code,
  status: number | undefined,
  total: Milliseconds,
): OutcomeEvent {
  return {
    kind: 'outcome',
    exchange: progress.id,
    status,
    code,
    bytes: { sent: 0, received: 0 },
    timing: { total },
    findings: {},
  };
}

const NOTHING: readonly never[] = [];

function describe(
  progress: Progress,
  effect: DecisionEvent['decision'],
  code: Code | undefined,
  reason: string | undefined,
): DecisionEvent {
  const subject = subjectOf(progress);
  const { place, evidence, contradictions, rules, policy, transfer, obligations, credential, wouldDeny } =
    decisionPart(progress);
  return {
    kind: 'decision',
    exchange: progress.id,
    session: subject?.session,
    subject: subject?.attributes.agent,
    home: subject?.attributes.home.label,
    client: progress.client.address,
    exchangeKind: progress.kind,
    method: progress.method,
    target: targetText(progress),
    mediaType: mediaTypeText(progress),
    chain: nonEmpty(progress.destination?.chain),
    place,
    evidence,
    unlocated: nonEmpty(progress.destination?.addresses?.filter(isUnlocated))?.map(({ address }) => address.text),
    contradictions,
    decision: effect,
    code,
    reason,
    rules,
    policy,
    transfer,
    obligations,
    credential,
    wouldDeny,
    tunnel: progress.tunnel?.id,
  };
}

type DecisionPart = Pick<
  DecisionEvent,
  'place' | 'evidence' | 'contradictions' | 'rules' | 'policy' | 'transfer' | 'obligations' | 'credential' | 'wouldDeny'
>;

/** An exchange that ended before the policy was asked. */
const UNDECIDED: DecisionPart = { evidence: NOTHING, rules: NOTHING, obligations: NOTHING };

function decisionPart({ decision, destination }: Progress): DecisionPart {
  if (decision === undefined) return UNDECIDED;
  const { judgement, rules, policy, transfer, obligations, wouldDeny } = decision;
  return {
    place: placesOf(judgement.places),
    evidence: evidenceOf(decision, destination?.addresses).map(recorded),
    contradictions: nonEmpty(judgement.contradictions)?.map(contradictionText),
    rules,
    policy,
    transfer,
    obligations: obligations.length === 0 ? NOTHING : obligations.map(({ kind }) => kind),
    credential: obligations.find((each) => each.kind === 'credential')?.id,
    wouldDeny: wouldDeny?.code,
  };
}

function isUnlocated({ evidence }: AddressFacts): boolean {
  return evidence.length === 0;
}

/** All that the decision rests on: what was left out was judged too. */
function evidenceOf({ judgement, dial }: Decision, addresses: readonly AddressFacts[] = NOTHING): readonly Evidence[] {
  if (dial.length === 0 || dial.length === addresses.length) return judgement.evidence;
  const leftOut = addresses.filter(({ address }) => !dial.includes(address.text));
  return [...judgement.evidence, ...leftOut.flatMap(({ evidence }) => evidence)];
}

function nonEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

function placesOf({ entry, processing, storage }: Decision['judgement']['places']): DecisionEvent['place'] {
  return { entry: entry.label, processing: processing.label, storage: storage.label };
}

function contradictionText({ a, b, facet }: Decision['judgement']['contradictions'][number]): string {
  return `${facet}: ${a.kind} (${a.source}) and ${b.kind} (${b.source})`;
}

/** Evidence is shared by all exchanges that rest on it, so it is put into words once. */
const RECORDED = new WeakMap<Evidence, RecordedEvidence>();

function recorded(evidence: Evidence): RecordedEvidence {
  const known = RECORDED.get(evidence);
  if (known !== undefined) return known;
  const { kind, source, date, match, address, stale } = evidence;
  const { entry, processing, storage } = evidence.places;
  const places = { entry: entry?.label, processing: processing?.label, storage: storage?.label };
  const described = { kind, places, source, date, match, address, stale };
  RECORDED.set(evidence, described);
  return described;
}

/** Of a tunnel there is none: what is inside is not content of the CONNECT. */
function mediaTypeText({ kind, hasContent, fields }: Progress): string | undefined {
  if (kind === 'connect') return undefined;
  return hasContent ? recordedMediaType(mediaTypeOf(fieldValue(fields, 'content-type'))) : 'none';
}

/** The target as it may be kept: query values can be personal data or secrets, so only their names stay; the rest is masked. */
export function targetText({ kind, scheme, authority, requestTarget }: Progress): string {
  if (kind === 'connect') return authorityText(authority);
  const standard = (scheme === 'https' && authority.port === 443) || (scheme === 'http' && authority.port === 80);
  const origin = `${scheme}://${standard ? hostText(authority.host) : authorityText(authority)}`;
  const query = requestTarget.indexOf('?');
  if (query === -1) return recordedAddress(origin, requestTarget);
  const names = requestTarget
    .slice(query + 1)
    .split('&')
    // Without `=` it may as well be a value.
    .map((pair) => (pair.includes('=') ? pair.split('=', 1)[0] : '*'));
  return `${recordedAddress(origin, requestTarget.slice(0, query))}?${recordedPath(names.join('&'))}`;
}
