import type { Failure } from '../core/codes.ts';
import type { TokenId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant, Milliseconds } from '../core/units.ts';
import { isSecretOf } from './credential-text.ts';

/** How far the clocks of machines that share a store may be apart. */
const CLOCK_SKEW: Milliseconds = 60_000;

/** A token as its bearer shows it. */
export interface PresentedToken {
  readonly id: TokenId;
  readonly secret: string;
}

/** What tells whether a token is in force, of whomever it is. */
interface Token {
  readonly id: TokenId;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly revokedAt?: Instant;
  readonly endedAt?: Instant;
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
 * The token, unless it was revoked, was used up, has expired or has not begun.
 * @failure unidentified
 */
export function checkInForce<T extends Token>(token: T, now: Instant): Result<T, Failure> {
  if (token.revokedAt !== undefined) return refuse(`Token ${token.id} was revoked`);
  if (token.usedAt !== undefined) return refuse(`Token ${token.id} was for one use, and is used`);
  // Written so that an expiry that is no number does not pass.
  if (token.endedAt !== undefined || !(now < token.expiresAt)) return refuse(`Token ${token.id} has expired`);
  // Minted while a clock was ahead, it would live on by as much.
  if (!(now >= token.createdAt - CLOCK_SKEW)) return refuse(`Token ${token.id} was made in the future: clocks differ`);
  return ok(token);
}

function refuse(detail: string): Result<never, Failure> {
  return fail({ code: 'unidentified', detail });
}
