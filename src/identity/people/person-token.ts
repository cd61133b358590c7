import type { Failure } from '../../core/codes.ts';
import type { TokenId } from '../../core/ids.ts';
import type { StoredPersonToken } from '../../core/people/person-token.ts';
import type { RoleAssignment } from '../../core/people/role.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { mintCredential, parseCredential } from '../credential-text.ts';
import type { PresentedToken } from '../verify-token.ts';

/** Not that of agents: neither passes for the other. */
const PREFIX = 'cdp';

/** What a new token of a person says. */
export interface PersonTokenOrder {
  /** Canonical. */
  readonly person: string;
  readonly assignment: RoleAssignment;
  readonly mintedBy: string;
  /** How long it is valid, from now. */
  readonly ttl: Milliseconds;
  readonly once: boolean;
  /** For an emergency: why. */
  readonly breakGlass?: string;
}

/** A new token: the text is shown once and kept nowhere. */
export interface MintedPersonToken extends StoredPersonToken {
  readonly text: string;
}

/** A new token for a person: `cdp_<public id>.<secret>`, with 256 bits of secret. */
export function mintPersonToken(order: PersonTokenOrder, random: Random, clock: Clock): MintedPersonToken {
  const { id, text, secretHash } = mintCredential(PREFIX, random);
  const { person, assignment, mintedBy, ttl, once, breakGlass } = order;
  const createdAt = clock.now();
  const named = { id: id as TokenId, person, ...assignment, createdAt, expiresAt: createdAt + ttl, mintedBy, once };
  const token = breakGlass === undefined ? named : { ...named, breakGlass };
  return { text, token, secretHash };
}

/**
 * The parts of a token text.
 * @failure unidentified; the text itself is not repeated
 */
export function parsePersonToken(text: string): Result<PresentedToken, Failure> {
  const parsed = parseCredential(PREFIX, text);
  if (parsed !== undefined) return ok({ id: parsed.id as TokenId, secret: parsed.secret });
  return fail({ code: 'unidentified', detail: 'Found a credential that is no token of a person, expected cdp_<id>.<secret>' });
}
