import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Refusal } from '../problem.ts';
import type { People, Presented, Visitor } from './people.ts';
import type { Permission } from './permissions.ts';
import type { Cookies } from './session-cookie.ts';
import { clientOf } from './visit.ts';
import { isLocalVisit } from './visitor.ts';

export interface CredentialRules {
  readonly people: Pick<People, 'authenticate'>;
  readonly cookies: Cookies;
}

/** A refusal, perhaps with what to show instead (RFC 9110 §11.6.1). */
export interface Refused extends Refusal {
  readonly challenge?: string;
}

/** The field in which pages of the console repeat what only they can know. */
const CSRF_FIELD = 'cordon-csrf';
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** RFC 6750 §2.1. */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const CHALLENGE = 'Bearer realm="cordon"';

/**
 * Finds out who asks and notes it on the request, or says why the route is not for them. Where a route needs no credential
 * none is looked at: a cookie that has ended must not stand in the way of signing in anew.
 */
export async function recognise(
  request: FastifyRequest,
  row: Permission,
  { people, cookies }: CredentialRules,
): Promise<Refused | undefined> {
  if (row.without === 'anyone') return undefined;
  const presented = presentedBy(request, cookies);
  if (presented === 'malformed') return unauthenticated('Expected "Authorization: Bearer <token>"', 'invalid_request');
  if (presented === undefined) {
    return row.without === 'local' && isLocalVisit(request.raw) ? undefined : unauthenticated('Expected a token or a session');
  }
  const known = await people.authenticate(presented, clientOf(request), `${request.method} ${request.routeOptions.url}`);
  if (!known.ok) {
    const { status, detail } = known.failure;
    return status === 401 ? unauthenticated(detail, 'invalid_token') : known.failure;
  }
  const refused = forbidden(request, row, known.value);
  if (refused === undefined) request.visitor = known.value;
  return refused;
}

/** A presented token counts, whatever cookie comes with it. */
function presentedBy(request: FastifyRequest, cookies: Cookies): Presented | 'malformed' | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const text = BEARER.exec(authorization)?.[1];
    return text === undefined ? 'malformed' : { kind: 'bearer', text };
  }
  const text = cookies.session(request);
  return text === undefined ? undefined : { kind: 'cookie', text };
}

function forbidden(request: FastifyRequest, row: Permission, { principal, once, session }: Visitor): Refused | undefined {
  if (once && row.once !== true) {
    return { status: 403, detail: 'A one-use token opens one session or mints one token, and does nothing else' };
  }
  if (!row.roles.includes(principal.role)) {
    const detail = `The role ${principal.role} may not do this, expected ${row.roles.join(' or ')}`;
    return { status: 403, detail, challenge: `${CHALLENGE}, error="insufficient_scope"` };
  }
  // A browser sends a cookie whoever made it ask; what it must add here only our own pages have read.
  if (session === undefined || SAFE.has(request.method)) return undefined;
  const shown = request.headers[CSRF_FIELD];
  if (typeof shown === 'string' && isSame(shown, session.csrf)) return undefined;
  return { status: 403, detail: 'Expected the field Cordon-CSRF with the value that GET /v1/me gives' };
}

/** As hashes, which are of one length, in a time that tells nothing. */
function isSame(shown: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', shown, 'buffer'), hash('sha256', expected, 'buffer'));
}

function unauthenticated(detail: string, error?: 'invalid_token' | 'invalid_request'): Refused {
  return { status: 401, detail, challenge: error === undefined ? CHALLENGE : `${CHALLENGE}, error="${error}"` };
}
