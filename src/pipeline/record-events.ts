import { authorityText, hostText } from '../core/address.ts';
import type { Code } from '../core/codes.ts';
import type { Evidence } from '../core/place/evidence.ts';
import { FACETS } from '../core/place/evidence.ts';
import type { DecisionEvent, OutcomeEvent, RecordedEvidence } from '../core/exchange/record.ts';
import type { Milliseconds } from '../core/units.ts';
import { subjectOf, type Progress, type Refusal } from './refusal.ts';

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

/** The outcome of an exchange that the gateway answered itself. */
export function answeredEvent(progress: Pick<Progress, 'id'>, code: Code, status: number, total: Milliseconds): OutcomeEvent {
  return { kind: 'outcome', exchange: progress.id, status, code, bytes: { sent: 0, received: 0 }, timing: { total }, findings: {} };
}

function describe(progress: Progress): Omit<DecisionEvent, 'code'> {
  const { decision, destination, tunnel } = progress;
  const subject = subjectOf(progress);
  const judgement = decision?.judgement;
  const places = judgement?.places;
  const evidence = judgement?.evidence ?? [];
  const reason = decision?.reason;
  return {
    kind: 'decision',
    exchange: progress.id,
    ...(subject !== undefined && { session: subject.session, subject: subject.attributes.agent, home: subject.attributes.home.label }),
    client: progress.client.address,
    exchangeKind: progress.kind,
    method: progress.method,
    target: targetText(progress),
    ...(places !== undefined && { place: { entry: places.entry.label, processing: places.processing.label, storage: places.storage.label } }),
    evidence: evidence.map(recorded),
    ...(judgement !== undefined &&
      judgement.contradictions.length > 0 && {
        contradictions: judgement.contradictions.map(({ a, b, facet }) => `${facet}: ${a.kind} (${a.source}) and ${b.kind} (${b.source})`),
      }),
    ...(destination?.chain !== undefined && destination.chain.length > 0 && { chain: destination.chain }),
    decision: decision?.effect ?? 'deny',
    ...(reason !== undefined && { reason }),
    rules: decision?.rules ?? [],
    ...(decision !== undefined && { policy: decision.policy }),
    ...(decision?.transfer !== undefined && { transfer: decision.transfer }),
    obligations: (decision?.obligations ?? []).map(({ kind }) => kind),
    ...(decision?.wouldDeny !== undefined && { wouldDeny: decision.wouldDeny.code }),
    ...(tunnel !== undefined && { tunnel: tunnel.id }),
  };
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
export function targetText({ kind, scheme, authority, requestTarget }: Progress): string {
  if (kind === 'connect') return authorityText(authority);
  const standard = (scheme === 'https' && authority.port === 443) || (scheme === 'http' && authority.port === 80);
  const origin = `${scheme}://${standard ? hostText(authority.host) : authorityText(authority)}`;
  const query = requestTarget.indexOf('?');
  if (query === -1) return origin + requestTarget;
  const names = requestTarget
    .slice(query + 1)
    .split('&')
    .map((pair) => pair.split('=', 1)[0]);
  return `${origin}${requestTarget.slice(0, query)}?${names.join('&')}`;
}
