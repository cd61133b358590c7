import { hash } from 'node:crypto';
import type { Failure } from '../core/codes.ts';
import type { TokenId } from '../core/ids.ts';
import type { AgentToken, Clock, TokenStore } from '../core/ports.ts';
import { fail, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { checkInForce, verifyToken, type PresentedToken } from './verify-token.ts';

export interface TokenCacheOptions {
  readonly store: TokenStore;
  readonly clock: Clock;
  /** Most verified tokens that are remembered; default 10,000. */
  readonly capacity?: number;
  /** How long a verification holds when no `invalidate()` comes, as when the store cannot be watched; default 30 s. */
  readonly maxAge?: Milliseconds;
}

interface Verified {
  readonly token: AgentToken;
  readonly at: Milliseconds;
}

/**
 * Verifies tokens against the store and remembers the good ones, keyed by the SHA-256 of what was presented. Failures are
 * not remembered: they would let a stranger fill the cache, and the attempt limiter bounds them.
 */
export class TokenCache {
  readonly #store: TokenStore;
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #maxAge: Milliseconds;
  /** Least recently verified first. */
  readonly #verified = new Map<string, Verified>();
  readonly #pending = new Map<string, Promise<Result<AgentToken, Failure>>>();
  #generation = 0;

  constructor(options: TokenCacheOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#capacity = options.capacity ?? 10_000;
    this.#maxAge = options.maxAge ?? 30_000;
  }

  /**
   * The token from memory, checked for expiry; undefined when the store has to be asked.
   * @failure unidentified when it has expired since
   */
  recall(presented: PresentedToken): Result<AgentToken, Failure> | undefined {
    const key = cacheKey(presented);
    const known = this.#verified.get(key);
    if (known === undefined) return undefined;
    if (this.#clock.monotonic() - known.at < this.#maxAge) return checkInForce(known.token, this.#clock.now());
    this.#verified.delete(key);
    return undefined;
  }

  /** Whether the same credential is being verified right now: joining it costs nothing. */
  isPending(presented: PresentedToken): boolean {
    return this.#pending.has(cacheKey(presented));
  }

  /**
   * The token as the store has it. Equal credentials presented at the same time share one look-up.
   * @failure unidentified | store_unavailable
   */
  verify(presented: PresentedToken): Promise<Result<AgentToken, Failure>> {
    const key = cacheKey(presented);
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const verification = this.#verify(presented, key).finally(() => {
      if (this.#pending.get(key) === verification) this.#pending.delete(key);
    });
    this.#pending.set(key, verification);
    return verification;
  }

  /**
   * The token with this id as the store has it now, for those who showed its secret before.
   * @failure unidentified when it is unknown, revoked or expired
   * @failure store_unavailable
   */
  async current(id: TokenId): Promise<Result<AgentToken, Failure>> {
    const found = await this.#store.find(id);
    if (!found.ok) return found;
    if (found.value === undefined) return fail({ code: 'unidentified', detail: `There is no token ${id}` });
    return checkInForce(found.value.token, this.#clock.now());
  }

  /** Forgets everything: the store has changed, or may have. Verifications under way are not remembered either. */
  invalidate(): void {
    this.#generation += 1;
    this.#verified.clear();
    this.#pending.clear();
  }

  async #verify(presented: PresentedToken, key: string): Promise<Result<AgentToken, Failure>> {
    const generation = this.#generation;
    const found = await this.#store.find(presented.id);
    if (!found.ok) return found;
    const verified = verifyToken(presented, found.value, this.#clock.now());
    if (verified.ok && generation === this.#generation) this.#remember(key, verified.value);
    return verified;
  }

  #remember(key: string, token: AgentToken): void {
    this.#verified.delete(key);
    this.#verified.set(key, { token, at: this.#clock.monotonic() });
    const [oldest] = this.#verified.keys();
    if (this.#verified.size > this.#capacity && oldest !== undefined) this.#verified.delete(oldest);
  }
}

function cacheKey(presented: PresentedToken): string {
  return hash('sha256', `${presented.id}.${presented.secret}`, 'base64');
}
