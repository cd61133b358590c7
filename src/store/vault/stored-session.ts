import type { Failure } from '../../core/codes.ts';
import type { Clock } from '../../core/ports.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Bytes, Instant, Milliseconds } from '../../core/units.ts';
import type { VaultSession } from '../../core/vault/vault.ts';
import type { SessionCipher } from './session-cipher.ts';
import { SessionValues, type SessionBounds } from './session-values.ts';
import type { SubjectUsage } from './subject-usage.ts';
import type { MaskedValueRow, ValueRepository } from './value-repository.ts';
import { WriteBehind } from './write-behind.ts';

export interface StoredSessionOptions {
  readonly cipher: SessionCipher;
  readonly repository: ValueRepository;
  readonly clock: Clock;
  readonly lifetime: Milliseconds;
  readonly bounds: SessionBounds;
  readonly usage: SubjectUsage;
  /** Names this session of this process in the store: what another object has written, of the same process too, is news to it. */
  readonly writer: string;
  /** It takes more memory than before. */
  readonly onGrowth: () => void;
}

/** How far clocks of replicas may be apart, and how long a statement may take, for a row to be seen by the others. */
const CLOCK_SKEW: Milliseconds = 60_000;
/** In parts of the lifetime: what was used is prolonged that often at most, and may expire that much earlier. */
const PROLONG_EVERY = 1 / 24;
/** What the keys and maps of a session take before it holds anything. */
const SESSION_BYTES: Bytes = 2048;

interface Minted {
  readonly destination: string;
  readonly token: string;
  readonly entity: string;
  readonly value: string;
}

/** The values of one session, in memory and in the store. */
export class StoredSession {
  readonly #options: StoredSessionOptions;
  readonly #values: SessionValues;
  readonly #writer: WriteBehind<Minted>;
  /** When the store was last read. */
  #readAt: Instant | undefined;
  /** When the first of the values expires. */
  #expiresAt: Instant = Number.POSITIVE_INFINITY;

  constructor(options: StoredSessionOptions) {
    this.#options = options;
    this.#values = new SessionValues(options.cipher, options.bounds, () => options.usage.isFull);
    this.#writer = new WriteBehind((minted) => options.repository.save(this.#rowsOf(minted)));
  }

  get bytes(): Bytes {
    return SESSION_BYTES + this.#values.bytes;
  }

  /** Whether something in it is older than it may be. */
  isExpired(): boolean {
    return this.#expiresAt <= this.#options.clock.now();
  }

  /**
   * Takes over what other replicas have stored since the last time, and lets nothing expire that is in use.
   * @failure store_unavailable
   */
  async refresh(): Promise<Result<void, Failure>> {
    const { cipher, repository, clock, lifetime, usage } = this.#options;
    const counted = await usage.begin();
    if (!counted.ok) return counted;
    const now = clock.now();
    const rows = await this.#read(now);
    if (!rows.ok) return rows;
    for (const row of rows.value) {
      this.#values.load(row);
      this.#expiresAt = Math.min(this.#expiresAt, row.expires_at);
    }
    this.#readAt = now;
    if (this.#expiresAt > now + lifetime * (1 - PROLONG_EVERY)) return ok(undefined);
    const prolonged = await repository.prolong(cipher.scope, now, now + lifetime);
    if (prolonged.ok) this.#expiresAt = now + lifetime;
    return prolonged;
  }

  /** The session as one destination sees it. */
  toward(authority: string): VaultSession {
    const destination = this.#options.cipher.destination(authority);
    return {
      tokenFor: (entity, value, kind) => {
        const found = this.#values.tokenFor(destination, entity, value, kind);
        if (found?.isNew === true) {
          this.#options.usage.add();
          this.#options.onGrowth();
          this.#writer.add({ destination, token: found.token, entity, value });
        }
        return found?.token;
      },
      tokenEnding: (ending) => this.#values.tokenEnding(ending),
      valueOf: (token) => this.#values.valueOf(destination, token),
      isForeign: (token) => this.#values.isForeign(destination, token),
      settled: () => this.#writer.settled(),
    };
  }

  #read(now: Instant): Promise<Result<readonly MaskedValueRow[], Failure>> {
    const { cipher, repository, bounds, writer } = this.#options;
    const scope = cipher.scope;
    if (this.#readAt === undefined) return repository.list(scope, now, bounds.values);
    return repository.listNews({ scope, now, limit: bounds.values, since: this.#readAt - CLOCK_SKEW, writer });
  }

  #rowsOf(minted: readonly Minted[]): MaskedValueRow[] {
    const { cipher, clock, lifetime, usage, writer } = this.#options;
    const now = clock.now();
    this.#expiresAt = Math.min(this.#expiresAt, now + lifetime);
    return minted.map(({ value, ...place }) => ({
      subject: usage.subject,
      scope: cipher.scope,
      ...place,
      sealed: cipher.seal(value, place),
      writer,
      created_at: now,
      expires_at: now + lifetime,
    }));
  }
}
