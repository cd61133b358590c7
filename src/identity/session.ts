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
  /** Default {@link SESSION_IDLE}. */
  readonly idle?: Milliseconds;
  /** Who knows the sessions of all processes that take exchanges in; undefined where that cannot be told. Absent: this one alone. */
  readonly known?: (source: string) => Promise<SessionId | undefined>;
}

interface Idle {
  session: SessionId;
  lastSeen: Milliseconds;
  /** When the others were last told that it goes on. */
  toldAt: Milliseconds;
}

/** How often processes that share sessions tell each other that one goes on: so much longer it may be idle. */
export const SESSION_TOLD: Milliseconds = 60_000;

/**
 * Gives every exchange the session it belongs to. Ids are made here: no character of a client's name gets into one, and
 * equal names of two agents are two sessions (AUD-08).
 */
export class SessionTable {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #idle: Milliseconds;
  readonly #known: SessionTableOptions['known'];
  /** By agent and source address. */
  readonly #bySource: BoundedMap<string, Idle>;
  readonly #asked = new Map<string, Promise<SessionId>>();

  constructor(options: SessionTableOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#idle = options.idle ?? SESSION_IDLE;
    this.#known = options.known;
    this.#bySource = new BoundedMap(options.capacity ?? 10_000);
  }

  /**
   * The session by its name, else the token's id, else (agent, source address) until {@link SESSION_IDLE}. At once, unless others
   * have to be asked.
   */
  sessionOf(claim: SessionClaim & { readonly token: TokenId }): SessionId;
  sessionOf(claim: SessionClaim): SessionId | Promise<SessionId>;
  sessionOf(claim: SessionClaim): SessionId | Promise<SessionId> {
    if (claim.name !== undefined) return namedSession(claim.agent, claim.name);
    // Token ids are public, made by the gateway, and longer or shorter than any other session id.
    if (claim.token !== undefined) return claim.token as string as SessionId;
    const source = `${claim.agent} ${claim.clientAddress.text}`;
    const now = this.#clock.monotonic();
    const running = this.#running(source, now);
    if (this.#known === undefined) return running?.session ?? this.#begin(source, this.#freshId(), now);
    if (running === undefined) return this.#ask(source, this.#known);
    if (now - running.toldAt >= SESSION_TOLD) void this.#ask(source, this.#known);
    return running.session;
  }

  /** The session of an agent at a source address, for those who share it. */
  ofSource(source: string): SessionId {
    const now = this.#clock.monotonic();
    return this.#running(source, now)?.session ?? this.#begin(source, this.#freshId(), now);
  }

  #running(source: string, now: Milliseconds): Idle | undefined {
    const known = this.#bySource.get(source);
    if (known === undefined || now - known.lastSeen >= this.#idle) return undefined;
    known.lastSeen = now;
    return known;
  }

  #begin(source: string, session: SessionId, now: Milliseconds): SessionId {
    this.#bySource.set(source, { session, lastSeen: now, toldAt: now });
    return session;
  }

  /** Those who ask at the same time get one answer. */
  #ask(source: string, known: NonNullable<SessionTableOptions['known']>): Promise<SessionId> {
    const asked = this.#asked.get(source);
    if (asked !== undefined) return asked;
    const answer = known(source)
      .then((session) => {
        // One that nobody else knows of is not remembered: the next exchange asks again.
        return session === undefined ? this.#freshId() : this.#begin(source, session, this.#clock.monotonic());
      })
      .finally(() => this.#asked.delete(source));
    this.#asked.set(source, answer);
    return answer;
  }

  #freshId(): SessionId {
    return `a-${Buffer.from(this.#random.bytes(16)).toString('hex')}` as SessionId;
  }
}

/** The same on every replica and after a restart. An agent id holds no space, so that no two pairs are written alike. */
function namedSession(agent: AgentId, name: string): SessionId {
  return `n-${hash('sha256', `cordon session ${agent} ${name}`).slice(0, 32)}` as SessionId;
}
