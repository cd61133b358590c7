import type { CustomFetch } from 'openid-client';
import type { Failure } from '../../../../core/codes.ts';
import type { SessionId } from '../../../../core/ids.ts';
import { parseAbsoluteForm } from '../../../../wire/http/request-target.ts';
import type { OwnPolicy } from '../../../egress/own-policy.ts';
import { type OwnEgress, sendOwn } from '../../../egress/own-request.ts';
import type { OwnMessage } from '../../../egress/pinned-exchange.ts';

export interface IssuerFetchParts extends OwnEgress {
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

/** What the OpenID client sends its requests with: each is an exchange of the gateway itself. */
export function createIssuerFetch({ policy, subject }: OwnPolicy, { anchors, ...egress }: IssuerFetchParts): CustomFetch {
  return async (url, { method, headers, body }) => {
    const form = parseAbsoluteForm(url);
    if (!form.ok || (method !== 'GET' && method !== 'POST')) {
      throw new IssuerUnreachable({ code: 'malformed_request', detail: form.ok ? `Found ${method}` : form.failure });
    }
    const content = typeof body === 'string' ? body : body instanceof URLSearchParams ? body.toString() : '';
    const message: OwnMessage = { method, fields: headers, content, anchors, ...LIMITS };
    const answer = await sendOwn({ session: SESSION, form: form.value, policy, subject, message }, egress);
    if (!answer.ok) throw new IssuerUnreachable(answer.failure);
    const { status, fields, content: received } = answer.value;
    return new Response(status === 204 || status === 304 ? null : received, { status, headers: fields });
  };
}
