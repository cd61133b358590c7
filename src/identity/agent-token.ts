import { hash, timingSafeEqual } from 'node:crypto';
import type { Failure } from '../core/codes.ts';
import type { AgentId, TokenId } from '../core/ids.ts';
import type { AgentToken, Clock, Random } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant, Milliseconds } from '../core/units.ts';

/** A token as its bearer shows it. */
export interface PresentedToken {
  readonly id: TokenId;
  readonly secret: string;
}

/** A new token: the text is shown once and kept nowhere. */
export interface MintedToken {
  readonly text: string;
  readonly token: AgentToken;
  readonly secretHash: Uint8Array;
}

/** A token as it is stored. */
export interface StoredToken {
  readonly token: AgentToken;
  readonly secretHash: Uint8Array;
}

const ID_BYTES = 10;
const SECRET_BYTES = 32;
/** `cdn_`, so that secret scanners can find it; the id in hex, so that it can stand in a command line. */
const TOKEN_TEXT = /^cdn_([0-9a-f]{20})\.([A-Za-z0-9_-]{43})$/;

/**
 * A new token for an agent: `cdn_<public id>.<secret>`, with 256 bits of secret.
 * @param ttl how long it is valid, from now
 */
export function mintAgentToken(random: Random, agent: AgentId, clock: Clock, ttl: Milliseconds): MintedToken {
  const id = Buffer.from(random.bytes(ID_BYTES)).toString('hex') as TokenId;
  const secret = Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');
  const createdAt = clock.now();
  return {
    text: `cdn_${id}.${secret}`,
    token: { id, agent, createdAt, expiresAt: createdAt + ttl },
    secretHash: hashSecret(secret),
  };
}

/** SHA-256 of the secret's text. No slow hash: there are 256 random bits to guess, not a password. */
export function hashSecret(secret: string): Uint8Array {
  return hash('sha256', secret, 'buffer');
}

/**
 * The parts of a token text.
 * @failure unidentified; the text itself is not repeated, since it may be a password meant for another place
 */
export function parseTokenText(text: string): Result<PresentedToken, Failure> {
  const match = TOKEN_TEXT.exec(text);
  if (match === null) return refuse('Found a credential that is no agent token, expected cdn_<id>.<secret>');
  return ok({ id: match[1] as TokenId, secret: match[2]! });
}

/** Compared where there is no stored token, so that the time taken does not tell the two apart. */
const NO_HASH = new Uint8Array(32);

/**
 * The token, when the presented secret is the stored one and the token is in force.
 * @failure unidentified
 */
export function verifyToken(
  presented: PresentedToken,
  stored: StoredToken | undefined,
  now: Instant,
): Result<AgentToken, Failure> {
  const expected = stored?.secretHash.length === NO_HASH.length ? stored.secretHash : NO_HASH;
  const isSecret = timingSafeEqual(hashSecret(presented.secret), expected);
  if (stored === undefined || !isSecret) return refuse(`No token ${presented.id} with this secret`);
  return checkInForce(stored.token, now);
}

/**
 * The token, unless it was revoked or has expired.
 * @failure unidentified
 */
export function checkInForce(token: AgentToken, now: Instant): Result<AgentToken, Failure> {
  if (token.revokedAt !== undefined) return refuse(`Token ${token.id} was revoked`);
  // Written so that an expiry that is no number does not pass.
  if (!(now < token.expiresAt)) return refuse(`Token ${token.id} has expired`);
  return ok(token);
}

function refuse(detail: string): Result<never, Failure> {
  return fail({ code: 'unidentified', detail });
}
