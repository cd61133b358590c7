import type { Failure } from '../core/codes.ts';
import type { TokenId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant } from '../core/units.ts';
import { isSecretOf } from './credential-text.ts';

/** A token as its bearer shows it. */
export interface PresentedToken {
  readonly id: TokenId;
  readonly secret: string;
}

/** What tells whether a token is in force, of whomever it is. */
interface Token {
  readonly id: TokenId;
  readonly expiresAt: Instant;
  readonly revokedAt?: Instant;
  /** Of a one-use token. */
  readonly usedAt?: Instant;
}

/**
 * The token, when the presented secret is the stored one and the token is in force.
 * @failure unidentified
 */
export function verifyToken<T extends Token>(
  presented: PresentedToken,
  stored: { readonly token: T; readonly secretHash: Uint8Array } | undefined,
  now: Instant,
): Result<T, Failure> {
  const isSecret = isSecretOf(presented.secret, stored?.secretHash);
  if (stored === undefined || !isSecret) return refuse(`No token ${presented.id} with this secret`);
  return checkInForce(stored.token, now);
}

/**
 * The token, unless it was revoked, was used up or has expired.
 * @failure unidentified
 */
export function checkInForce<T extends Token>(token: T, now: Instant): Result<T, Failure> {
  if (token.revokedAt !== undefined) return refuse(`Token ${token.id} was revoked`);
  if (token.usedAt !== undefined) return refuse(`Token ${token.id} was for one use, and is used`);
  // Written so that an expiry that is no number does not pass.
  if (!(now < token.expiresAt)) return refuse(`Token ${token.id} has expired`);
  return ok(token);
}

function refuse(detail: string): Result<never, Failure> {
  return fail({ code: 'unidentified', detail });
}
