import type { Workload } from '../core/agent.ts';
import type { Failure } from '../core/codes.ts';
import type { AgentId, TokenId } from '../core/ids.ts';
import type { AgentToken, Clock, Random } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { mintCredential, parseCredential } from './credential-text.ts';
import type { PresentedToken } from './verify-token.ts';

/** A new token: the text is shown once and kept nowhere. */
export interface MintedToken {
  readonly text: string;
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
  readonly workload?: Workload;
  readonly session?: string | undefined;
}

/** A new token for an agent: `cdn_<public id>.<secret>`, with 256 bits of secret. */
export function mintAgentToken(order: AgentTokenOrder, random: Random, clock: Clock): MintedToken {
  const { agent, mintedBy, ttl, workload, session } = order;
  const { id, text, secretHash } = mintCredential(PREFIX, random);
  const createdAt = clock.now();
  const bounds = { ...(workload !== undefined && { workload }), ...(session !== undefined && { session }) };
  const token = { id: id as TokenId, agent, createdAt, expiresAt: createdAt + ttl, mintedBy, ...bounds };
  return { text, token, secretHash };
}

/**
 * The parts of a token text.
 * @failure unidentified; the text itself is not repeated, since it may be a password meant for another place
 */
export function parseTokenText(text: string): Result<PresentedToken, Failure> {
  const parsed = parseCredential(PREFIX, text);
  if (parsed !== undefined) return ok({ id: parsed.id as TokenId, secret: parsed.secret });
  return fail({ code: 'unidentified', detail: 'Found a credential that is no agent token, expected cdn_<id>.<secret>' });
}
