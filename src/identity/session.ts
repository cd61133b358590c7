import { hash } from 'node:crypto';
import type { IpAddress } from '../core/address.ts';
import { BoundedMap } from '../core/bounded-map.ts';
import type { AgentId, SessionId, TokenId } from '../core/ids.ts';
import type { Clock, Random } from '../core/ports.ts';
import type { Milliseconds } from '../core/units.ts';

/** Until when exchanges without a name or a token belong to one session (contract §3). */
export const SESSION_IDLE: Milliseconds = 30 * 60_000;

const SESSION_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** Whether a client may give its session this name. */
export function isSessionName(text: string): boolean {
  return SESSION_NAME.test(text);
}

/** What is known about who asks, after identification. */
export interface SessionClaim {
  readonly agent: AgentId;
  /** The token that was verified. */
  readonly token?: TokenId;
  readonly clientAddress: IpAddress;
  /** As the client sent it; must satisfy {@link isSessionName}. */
  readonly name?: string | undefined;
}

export interface SessionTableOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Most sessions by source address that are remembered; default 10,000. Beyond, one that was not used lately begins anew. */
  readonly capacity?: number;
}

interface Idle {
  readonly session: SessionId;
  lastSeen: Milliseconds;
}

/**
 * Gives every exchange the session it belongs to. Ids are made here: no character of a client's name gets into one, and
 * equal names of two agents are two sessions (AUD-08).
 */
export class SessionTable {
  readonly #clock: Clock;
  readonly #random: Random;
  /** By agent and source address. */
  readonly #bySource: BoundedMap<string, Idle>;

  constructor(options: SessionTableOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#bySource = new BoundedMap(options.capacity ?? 10_000);
  }

  /** The session by its name, else the token's id, else (agent, source address) until {@link SESSION_IDLE}. */
  sessionOf(claim: SessionClaim): SessionId {
    if (claim.name !== undefined) return namedSession(claim.agent, claim.name);
    // Token ids are public, made by the gateway, and longer or shorter than any other session id.
    if (claim.token !== undefined) return claim.token as string as SessionId;
    return this.#sourceSession(`${claim.agent} ${claim.clientAddress.text}`);
  }

  #sourceSession(key: string): SessionId {
    const now = this.#clock.monotonic();
    const known = this.#bySource.get(key);
    if (known !== undefined && now - known.lastSeen < SESSION_IDLE) {
      known.lastSeen = now;
      return known.session;
    }
    const session = this.#freshId();
    this.#bySource.set(key, { session, lastSeen: now });
    return session;
  }

  #freshId(): SessionId {
    return `a-${Buffer.from(this.#random.bytes(16)).toString('hex')}` as SessionId;
  }
}

/** The same on every replica and after a restart. An agent id holds no space, so that no two pairs are written alike. */
function namedSession(agent: AgentId, name: string): SessionId {
  return `n-${hash('sha256', `cordon session ${agent} ${name}`).slice(0, 32)}` as SessionId;
}
