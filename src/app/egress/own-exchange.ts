import type { SubjectAttributes } from '../../core/exchange/decision.ts';
import type { Identified } from '../../core/exchange/exchange.ts';
import type { OutcomeEvent } from '../../core/exchange/record.ts';
import type { ExchangeId, SessionId } from '../../core/ids.ts';
import type { Failure } from '../../core/codes.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import type { AbsoluteForm } from '../../wire/http/request-target.ts';

/** What stands where the record names an agent's client: nobody asked, the gateway itself did. */
const SELF = { address: 'self', port: 0 } as const;

/** A request of the gateway itself. */
interface OwnRequest {
  readonly id: ExchangeId;
  /** What the gateway asks for itself: `geo-update`, `sign-in`. */
  readonly session: SessionId;
  readonly method: 'GET' | 'POST';
  readonly form: AbsoluteForm;
  readonly subject: SubjectAttributes;
  /** On the monotonic clock. */
  readonly startedAt: Milliseconds;
  /** The whole value of an Authorization field. */
  readonly authorization: string | undefined;
}

/** A request of the gateway itself as an exchange, for the decision and for the record. */
export function ownExchange({ id, session, method, form, subject, startedAt, authorization }: OwnRequest): Identified {
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
    fields: authorization === undefined ? [] : [['authorization', authorization]],
    httpVersion: '1.1',
    hasContent: method === 'POST',
    subject: { attributes: subject, session, by: 'self' },
  };
}

/** What became of a request of the gateway itself. */
interface Carried {
  readonly failure: Failure | undefined;
  readonly status?: number | undefined;
  /** The address that was connected to. */
  readonly dialled?: string | undefined;
  readonly sent?: Bytes;
  readonly received: Bytes;
}

/** How it ended, for the record. A status that brings no document is an answer, not a failure of ours. */
export function ownOutcome({ id, startedAt }: Identified, carried: Carried, now: Milliseconds): OutcomeEvent {
  const { failure, status, dialled, sent = 0, received } = carried;
  return {
    kind: 'outcome',
    exchange: id,
    status,
    code: failure?.code,
    detail: failure?.detail,
    dialled,
    bytes: { sent, received },
    timing: { total: now - startedAt },
    findings: {},
  };
}
