import type { SubjectAttributes } from '../../core/exchange/decision.ts';
import type { Identified } from '../../core/exchange/exchange.ts';
import type { OutcomeEvent } from '../../core/exchange/record.ts';
import type { ExchangeId, SessionId } from '../../core/ids.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import type { AbsoluteForm } from '../../wire/http/request-target.ts';
import { hasContent, type OwnDelivery, type OwnMethod } from './pinned-exchange.ts';

/** What stands where the record names an agent's client: nobody asked, the gateway itself did. */
const SELF = { address: 'self', port: 0 } as const;

/** A request of the gateway itself. */
interface OwnRequest {
  readonly id: ExchangeId;
  /** What the gateway asks for itself: `geo-update`, `sign-in`. */
  readonly session: SessionId;
  readonly method: OwnMethod;
  readonly form: AbsoluteForm;
  readonly subject: SubjectAttributes;
  /** On the monotonic clock. */
  readonly startedAt: Milliseconds;
  readonly fields: Readonly<Record<string, string>>;
}

/** A request of the gateway itself as an exchange, for the decision and for the record. */
export function ownExchange({ id, session, method, form, subject, startedAt, fields }: OwnRequest): Identified {
  const { scheme, authority, requestTarget, path } = form;
  return {
    id,
    // Our own request: all of it is known, and only the handshake goes out before the certificate is verified.
    kind: 'intercepted',
    visibility: 'inspected',
    client: SELF,
    startedAt,
    scheme,
    authority,
    method,
    requestTarget,
    path,
    fields: Object.entries(fields),
    httpVersion: '1.1',
    hasContent: hasContent(method),
    subject: { attributes: subject, session, by: 'self' },
  };
}

/**
 * How it ended, for the record. A status that brings nothing of use is an answer, not a failure of ours.
 * @param sent bytes of its content
 */
export function ownOutcome({ id, startedAt }: Identified, delivery: OwnDelivery, sent: Bytes, now: Milliseconds): OutcomeEvent {
  const { answer, status, dialled, received } = delivery;
  const failure = answer.ok ? undefined : answer.failure;
  return {
    kind: 'outcome',
    exchange: id,
    status,
    code: failure?.code,
    detail: failure?.detail,
    dialled,
    // Who answers has taken it.
    bytes: { sent: status === undefined ? 0 : sent, received },
    timing: { total: now - startedAt },
    findings: {},
  };
}
