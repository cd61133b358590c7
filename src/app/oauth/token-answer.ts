import { fail, ok, type Result } from '../../core/result.ts';
import type { IssuedToken, TokenFailure } from '../../credentials/access-tokens.ts';
import { member } from '../secrets/json-member.ts';

/** What a field of HTTP may carry behind `Bearer` (RFC 6750 §2.1), of a length that origins take. */
const BEARER_TOKEN = /^[A-Za-z0-9\-._~+/]{1,16384}=*$/;

/** What an authorization server may name as the reason (RFC 6749 §5.2, RFC 8707 §2): these words hold nothing of anybody. */
const REASONS: ReadonlySet<unknown> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
]);

/**
 * The token in the answer of a token endpoint.
 * @param scopes that were asked for; none: what the server gives unasked
 * @source RFC 6749 §5
 * @failure without anything of the answer but a status and a reason that the standard has
 */
export function tokenAnswer(status: number, content: unknown, scopes: readonly string[]): Result<IssuedToken, TokenFailure> {
  if (status >= 300 && status < 400) {
    // Where that leads has not been judged.
    return refusal(`Found a redirect (status ${status}) at the token endpoint, expected a token`);
  }
  if (status === 429 || status >= 500) {
    return fail({ sentence: `The token endpoint cannot answer now (status ${status})`, isRefusal: false });
  }
  if (status !== 200) {
    const reason = member(content, 'error');
    const shown = REASONS.has(reason) ? `, ${String(reason)}` : '';
    return refusal(`The token endpoint gives no token (status ${status}${shown})`);
  }
  return issuedToken(content, scopes);
}

function issuedToken(content: unknown, scopes: readonly string[]): Result<IssuedToken, TokenFailure> {
  const token = member(content, 'access_token');
  if (typeof token !== 'string' || !BEARER_TOKEN.test(token)) {
    return refusal('Found no access_token in the answer of the token endpoint that a field can carry');
  }
  const type = member(content, 'token_type');
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    return refusal('Found another token_type in the answer of the token endpoint, expected Bearer');
  }
  // Left out where it is what was asked for (§5.1); a policy that names scopes wants no token for more.
  if (scopes.length > 0 && !isWithin(member(content, 'scope') ?? '', scopes)) {
    return refusal('Found a scope in the answer of the token endpoint that was not asked for');
  }
  const seconds = member(content, 'expires_in');
  if (typeof seconds === 'number' && seconds <= 0) {
    return refusal('Found a token that has ended already in the answer of the token endpoint (expires_in)');
  }
  return ok({ token, ...(typeof seconds === 'number' && { lasts: seconds * 1000 }) });
}

function isWithin(scope: unknown, scopes: readonly string[]): boolean {
  return typeof scope === 'string' && scope.split(' ').every((each) => each === '' || scopes.includes(each));
}

function refusal(sentence: string): Result<never, TokenFailure> {
  return fail({ sentence, isRefusal: true });
}
