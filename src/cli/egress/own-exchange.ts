import type { SubjectAttributes } from '../../core/exchange/decision.ts';
import type { Identified } from '../../core/exchange/exchange.ts';
import type { OutcomeEvent } from '../../core/exchange/record.ts';
import type { ExchangeId, SessionId } from '../../core/ids.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { AbsoluteForm } from '../../wire/http/request-target.ts';
import type { Delivery } from './pinned-get.ts';

/** What stands where the record names an agent's client: nobody asked, the gateway itself did. */
const SELF = { address: 'self', port: 0 } as const;
const SESSION = 'geo-update' as SessionId;

/** A request of the gateway itself. */
interface OwnRequest {
  readonly id: ExchangeId;
  readonly form: AbsoluteForm;
  readonly subject: SubjectAttributes;
  /** On the monotonic clock. */
  readonly startedAt: Milliseconds;
  /** The whole value of an Authorization field. */
  readonly authorization: string | undefined;
}

/** A request of the gateway itself as an exchange, for the decision and for the record. */
export function ownExchange({ id, form, subject, startedAt, authorization }: OwnRequest): Identified {
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
    method: 'GET',
    requestTarget,
    path,
    fields: authorization === undefined ? [] : [['authorization', authorization]],
    httpVersion: '1.1',
    hasContent: false,
    subject: { attributes: subject, session: SESSION, by: 'self' },
  };
}

/** How it ended, for the record. A status that brings no document is an answer, not a failure of ours. */
export function ownOutcome({ id, startedAt }: Identified, delivery: Delivery, now: Milliseconds): OutcomeEvent {
  const { reply, status, dialled, received } = delivery;
  const failure = reply.ok ? undefined : reply.failure;
  return {
    kind: 'outcome',
    exchange: id,
    status,
    code: failure?.code,
    detail: failure?.detail,
    dialled,
    bytes: { sent: 0, received },
    timing: { total: now - startedAt },
    findings: {},
  };
}
