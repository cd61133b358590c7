import { authorityText, hostText } from '../core/address.ts';
import type { Code } from '../core/codes.ts';
import type { Decision } from '../core/exchange/decision.ts';
import type { Evidence } from '../core/place/evidence.ts';
import { FACETS } from '../core/place/evidence.ts';
import type { DecisionEvent, OutcomeEvent, RecordedEvidence } from '../core/exchange/record.ts';
import type { Milliseconds } from '../core/units.ts';
import { subjectOf, type Progress, type Refusal } from './judging/refusal.ts';

/** The decision record of an exchange that goes on. */
export function permittedEvent(progress: Progress): DecisionEvent {
  return { ...describe(progress), decision: 'permit' };
}

/** The decision record of an exchange that ends here. */
export function refusedEvent({ progress, code, reason, detail }: Refusal): DecisionEvent {
  const effect = progress.decision?.effect === 'hold' ? 'hold' : 'deny';
  const why = reason ?? detail;
  return { ...describe(progress), decision: effect, code, ...(why !== undefined && { reason: why }) };
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
    ...(status !== undefined && { status }),
    code,
    bytes: { sent: 0, received: 0 },
    timing: { total },
    findings: {},
  };
}

function describe(progress: Progress): Omit<DecisionEvent, 'code'> {
  const { decision, destination, tunnel } = progress;
  return {
    kind: 'decision',
    exchange: progress.id,
    ...subjectPart(progress),
    client: progress.client.address,
    exchangeKind: progress.kind,
    method: progress.method,
    target: targetText(progress),
    ...(destination?.chain !== undefined && destination.chain.length > 0 && { chain: destination.chain }),
    ...(decision === undefined ? UNDECIDED : decisionPart(decision)),
    ...(tunnel !== undefined && { tunnel: tunnel.id }),
  };
}

function subjectPart(progress: Progress): Pick<DecisionEvent, 'session' | 'subject' | 'home'> {
  const subject = subjectOf(progress);
  if (subject === undefined) return {};
  return { session: subject.session, subject: subject.attributes.agent, home: subject.attributes.home.label };
}

type DecisionPart = Pick<
  DecisionEvent,
  | 'place'
  | 'evidence'
  | 'contradictions'
  | 'decision'
  | 'reason'
  | 'rules'
  | 'policy'
  | 'transfer'
  | 'obligations'
  | 'wouldDeny'
>;

/** An exchange that ended before the policy was asked. */
const UNDECIDED: DecisionPart = { evidence: [], decision: 'deny', rules: [], obligations: [] };

function decisionPart({ judgement, effect, reason, rules, policy, transfer, obligations, wouldDeny }: Decision): DecisionPart {
  const { places, contradictions, evidence } = judgement;
  return {
    place: { entry: places.entry.label, processing: places.processing.label, storage: places.storage.label },
    evidence: evidence.map(recorded),
    ...(contradictions.length > 0 && { contradictions: contradictions.map(contradictionText) }),
    decision: effect,
    reason,
    rules,
    policy,
    ...(transfer !== undefined && { transfer }),
    obligations: obligations.map(({ kind }) => kind),
    ...(wouldDeny !== undefined && { wouldDeny: wouldDeny.code }),
  };
}

function contradictionText({ a, b, facet }: Decision['judgement']['contradictions'][number]): string {
  return `${facet}: ${a.kind} (${a.source}) and ${b.kind} (${b.source})`;
}

function recorded(evidence: Evidence): RecordedEvidence {
  const places: { entry?: string; processing?: string; storage?: string } = {};
  for (const facet of FACETS) {
    const place = evidence.places[facet];
    if (place !== undefined) places[facet] = place.label;
  }
  return {
    kind: evidence.kind,
    places,
    source: evidence.source,
    ...(evidence.date !== undefined && { date: evidence.date }),
    ...(evidence.match !== undefined && { match: evidence.match }),
    ...(evidence.address !== undefined && { address: evidence.address }),
    ...(evidence.stale !== undefined && { stale: evidence.stale }),
  };
}

/** The target as it may be kept: query values can be personal data or secrets, so only their names stay. */
function targetText({ kind, scheme, authority, requestTarget }: Progress): string {
  if (kind === 'connect') return authorityText(authority);
  const standard = (scheme === 'https' && authority.port === 443) || (scheme === 'http' && authority.port === 80);
  const origin = `${scheme}://${standard ? hostText(authority.host) : authorityText(authority)}`;
  const query = requestTarget.indexOf('?');
  if (query === -1) return origin + requestTarget;
  const names = requestTarget
    .slice(query + 1)
    .split('&')
    // Without `=` it may as well be a value.
    .map((pair) => (pair.includes('=') ? pair.split('=', 1)[0] : '*'));
  return `${origin}${requestTarget.slice(0, query)}?${names.join('&')}`;
}
