import type { CustomFetch } from 'openid-client';
import type { Failure } from '../../../core/codes.ts';
import type { ExchangeId, SessionId } from '../../../core/ids.ts';
import type { Clock, Journal, Resolver } from '../../../core/ports.ts';
import { fail, type Result } from '../../../core/result.ts';
import type { GeoTables } from '../../../destination/geo-tables.ts';
import { parseAbsoluteForm } from '../../../wire/http/request-target.ts';
import { judgeOwn, recordOwn } from '../../egress/judge-own.ts';
import { ownExchange, ownOutcome } from '../../egress/own-exchange.ts';
import { type OwnAnswer, type OwnMessage, pinnedExchange } from '../../egress/pinned-exchange.ts';
import type { IssuerPolicy } from './issuer-policy.ts';

export interface IssuerFetchParts {
  readonly tables: () => GeoTables;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly newExchangeId: () => ExchangeId;
  /** PEM texts of further trust anchors. */
  readonly anchors: readonly string[] | undefined;
}

const SESSION = 'sign-in' as SessionId;
const LIMITS = { maxBytes: 1024 * 1024, timeout: 10_000 } as const;

/** The issuer cannot be asked: `failure` says why. Thrown, since a fetch has no other way to say so. */
export class IssuerUnreachable extends Error {
  override readonly name = 'IssuerUnreachable';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.detail ?? failure.code);
    this.failure = failure;
  }
}

/**
 * What the OpenID client sends its requests with: each is an exchange of the subject `cordon`, judged, recorded before it is
 * dialled, pinned to the judged addresses, and recorded when it is over (invariants 1, 2, 9 and 10).
 */
export function createIssuerFetch({ policy, subject }: IssuerPolicy, parts: IssuerFetchParts): CustomFetch {
  const { clock, journal, newExchangeId, anchors } = parts;
  return async (url, { method, headers, body }) => {
    const form = parseAbsoluteForm(url);
    if (!form.ok || (method !== 'GET' && method !== 'POST')) {
      throw new IssuerUnreachable({ code: 'malformed_request', detail: form.ok ? `Found ${method}` : form.failure });
    }
    const content = typeof body === 'string' ? body : body instanceof URLSearchParams ? body.toString() : '';
    const asked = { id: newExchangeId(), session: SESSION, method, form: form.value, subject } as const;
    const exchange = ownExchange({ ...asked, startedAt: clock.monotonic(), authorization: undefined });
    const judged = await judgeOwn(exchange, policy, { tables: parts.tables(), resolver: parts.resolver, clock });
    const permitted = await recordOwn(judged, journal);
    const message: OwnMessage = { method, fields: headers, content, anchors, ...LIMITS };
    const answer = permitted.ok ? await pinnedExchange(form.value, permitted.value, message) : fail(permitted.failure);
    await journal.append(ownOutcome(exchange, carried(answer, content), clock.monotonic()));
    if (!answer.ok) throw new IssuerUnreachable(answer.failure);
    const { status, fields, content: received } = answer.value;
    return new Response(status === 204 || status === 304 ? null : received, { status, headers: fields });
  };
}

function carried(answer: Result<OwnAnswer, Failure>, content: string): Parameters<typeof ownOutcome>[1] {
  if (!answer.ok) return { failure: answer.failure, received: 0 };
  const { status, dialled, content: received } = answer.value;
  return { failure: undefined, status, dialled, sent: Buffer.byteLength(content), received: received.length };
}
