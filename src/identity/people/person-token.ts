import type { Failure } from '../../core/codes.ts';
import type { TokenId } from '../../core/ids.ts';
import type { PersonToken, StoredPersonToken } from '../../core/people/person-token.ts';
import type { RoleAssignment } from '../../core/people/role.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import { isSecretOf, mintCredential, parseCredential } from '../credential-text.ts';

/** Not that of agents: neither passes for the other. */
const PREFIX = 'cdp';

/** A token of a person as its bearer shows it. */
export interface PresentedPersonToken {
  readonly id: TokenId;
  readonly secret: string;
}

/** What a new token of a person says. */
export interface PersonTokenOrder {
  /** Canonical. */
  readonly person: string;
  readonly assignment: RoleAssignment;
  readonly mintedBy: string;
  /** How long it is valid, from now. */
  readonly ttl: Milliseconds;
  readonly once: boolean;
}

/** A new token: the text is shown once and kept nowhere. */
export interface MintedPersonToken extends StoredPersonToken {
  readonly text: string;
}

/** A new token for a person: `cdp_<public id>.<secret>`, with 256 bits of secret. */
export function mintPersonToken(order: PersonTokenOrder, random: Random, clock: Clock): MintedPersonToken {
  const { id, text, secretHash } = mintCredential(PREFIX, random);
  const { person, assignment, mintedBy, ttl, once } = order;
  const createdAt = clock.now();
  const token = { id: id as TokenId, person, ...assignment, createdAt, expiresAt: createdAt + ttl, mintedBy, once };
  return { text, token, secretHash };
}

/**
 * The parts of a token text.
 * @failure unidentified; the text itself is not repeated
 */
export function parsePersonToken(text: string): Result<PresentedPersonToken, Failure> {
  const parsed = parseCredential(PREFIX, text);
  if (parsed === undefined) return refuse('Found a credential that is no token of a person, expected cdp_<id>.<secret>');
  return ok({ id: parsed.id as TokenId, secret: parsed.secret });
}

/**
 * The token, when the presented secret is the stored one and the token is in force.
 * @failure unidentified
 */
export function verifyPersonToken(
  presented: PresentedPersonToken,
  stored: StoredPersonToken | undefined,
  now: Instant,
): Result<PersonToken, Failure> {
  const isSecret = isSecretOf(presented.secret, stored?.secretHash);
  if (stored === undefined || !isSecret) return refuse(`No token ${presented.id} with this secret`);
  const { token } = stored;
  if (token.revokedAt !== undefined) return refuse(`Token ${token.id} was revoked`);
  if (token.usedAt !== undefined) return refuse(`Token ${token.id} was for one use, and is used`);
  // Written so that an expiry that is no number does not pass.
  if (!(now < token.expiresAt)) return refuse(`Token ${token.id} has expired`);
  return ok(token);
}

function refuse(detail: string): Result<never, Failure> {
  return fail({ code: 'unidentified', detail });
}
