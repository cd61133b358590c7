import type { Kysely } from 'kysely';
import type { Failure } from '../../core/codes.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import type { TokenVault, VaultScope, VaultSession } from '../../core/vault/vault.ts';
import type { Schema } from '../schema.ts';
import { SessionCipher, subjectDigest } from './session-cipher.ts';
import { StoredSession } from './stored-session.ts';
import { SubjectUsage } from './subject-usage.ts';
import { ValueRepository } from './value-repository.ts';

export interface TokenVaultOptions {
  readonly db: Kysely<Schema>;
  /** 32 bytes, the same on every replica: `Keys.key('vault')`. */
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  /** How long values are kept after their session was last used; default 24 h. */
  readonly lifetime?: Milliseconds;
  /** Most values of a session, over all destinations; default 10,000. */
  readonly sessionValues?: number;
  /** Most memory for the values of a session; default 8 MiB. */
  readonly sessionBytes?: Bytes;
  /** Most values of a subject in the store, over all sessions; default 500,000. Beyond, there are no new tokens. */
  readonly subjectValues?: number;
  /** Memory for sessions that no exchange has open; default 64 MiB. The least recently used make room; the store has them still. */
  readonly memory?: Bytes;
}

/** A vault whose values lie in the database, sealed under keys that do not. */
export function createTokenVault(options: TokenVaultOptions): TokenVault {
  return new DatabaseVault(options);
}

interface Remembered {
  readonly session: StoredSession;
  bytes: Bytes;
}

/** Of a writer's name: no two that live at once may share one. */
const WRITER_BYTES: Bytes = 8;
const DAY: Milliseconds = 24 * 3_600_000;

class DatabaseVault implements TokenVault {
  readonly #options: TokenVaultOptions;
  readonly #repository: ValueRepository;
  /** By home, subject and session; the least recently opened first. */
  readonly #sessions = new Map<string, Remembered>();
  /** By home and subject: as many as the policy has agents. */
  readonly #usages = new Map<string, SubjectUsage>();
  /** Bytes of all of them. */
  #used: Bytes = 0;

  constructor(options: TokenVaultOptions) {
    this.#options = options;
    this.#repository = new ValueRepository(options.db);
  }

  async open(scope: VaultScope): Promise<Result<VaultSession, Failure>> {
    const name = JSON.stringify([scope.home, scope.subject, scope.session]);
    const known = this.#sessions.get(name)?.session;
    const session = known === undefined || known.isExpired() ? this.#begin(name, scope) : known;
    this.#forget(name);
    this.#sessions.set(name, { session, bytes: 0 });
    const refreshed = await session.refresh();
    this.#measure(name);
    return refreshed.ok ? ok(session.toward(scope.destination)) : refreshed;
  }

  async purge(): Promise<Result<number, Failure>> {
    for (const [name, { session }] of this.#sessions) if (session.isExpired()) this.#forget(name);
    const removed = await this.#repository.removeExpired(this.#options.clock.now());
    for (const usage of this.#usages.values()) await usage.recount();
    return removed;
  }

  #begin(name: string, scope: VaultScope): StoredSession {
    const { key, random, clock, lifetime = DAY, sessionValues = 10_000, sessionBytes = 8 << 20 } = this.#options;
    return new StoredSession({
      cipher: new SessionCipher(key, scope, random),
      repository: this.#repository,
      usage: this.#usageOf(scope),
      writer: Buffer.from(random.bytes(WRITER_BYTES)).toString('hex'),
      onGrowth: () => this.#measure(name),
      clock,
      lifetime,
      bounds: { values: sessionValues, bytes: sessionBytes },
    });
  }

  #usageOf(scope: VaultScope): SubjectUsage {
    const { key, subjectValues = 500_000 } = this.#options;
    const subject = subjectDigest(key, scope);
    const usage = this.#usages.get(subject) ?? new SubjectUsage(subject, this.#repository, subjectValues);
    this.#usages.set(subject, usage);
    return usage;
  }

  /** Counts what a session takes. Others make room for it, the least recently opened first; who has one open keeps it. */
  #measure(name: string): void {
    const { memory = 64 << 20 } = this.#options;
    const grown = this.#sessions.get(name);
    if (grown === undefined) return;
    this.#used += grown.session.bytes - grown.bytes;
    grown.bytes = grown.session.bytes;
    for (const other of this.#sessions.keys()) {
      if (this.#used <= memory || other === name) return;
      this.#forget(other);
    }
  }

  #forget(name: string): void {
    this.#used -= this.#sessions.get(name)?.bytes ?? 0;
    this.#sessions.delete(name);
  }
}
