import type { Failure } from '../core/codes.ts';
import type { AgentId, TokenId } from '../core/ids.ts';
import type { AgentToken, Clock, Random } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant, Milliseconds } from '../core/units.ts';
import { isSecretOf, mintCredential, parseCredential } from './credential-text.ts';

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

/** `cdn_`, so that secret scanners can find it. */
const PREFIX = 'cdn';

/** What a new token of an agent says. */
export interface AgentTokenOrder {
  readonly agent: AgentId;
  /** A person, or `local:<user>`: a requester of whatever is asked under the token. */
  readonly mintedBy: string;
  /** How long it is valid, from now. */
  readonly ttl: Milliseconds;
}

/** A new token for an agent: `cdn_<public id>.<secret>`, with 256 bits of secret. */
export function mintAgentToken({ agent, mintedBy, ttl }: AgentTokenOrder, random: Random, clock: Clock): MintedToken {
  const { id, text, secretHash } = mintCredential(PREFIX, random);
  const createdAt = clock.now();
  return { text, token: { id: id as TokenId, agent, createdAt, expiresAt: createdAt + ttl, mintedBy }, secretHash };
}

/**
 * The parts of a token text.
 * @failure unidentified; the text itself is not repeated, since it may be a password meant for another place
 */
export function parseTokenText(text: string): Result<PresentedToken, Failure> {
  const parsed = parseCredential(PREFIX, text);
  if (parsed === undefined) return refuse('Found a credential that is no agent token, expected cdn_<id>.<secret>');
  return ok({ id: parsed.id as TokenId, secret: parsed.secret });
}

/**
 * The token, when the presented secret is the stored one and the token is in force.
 * @failure unidentified
 */
export function verifyToken(
  presented: PresentedToken,
  stored: StoredToken | undefined,
  now: Instant,
): Result<AgentToken, Failure> {
  const isSecret = isSecretOf(presented.secret, stored?.secretHash);
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
