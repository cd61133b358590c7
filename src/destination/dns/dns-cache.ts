import type { Failure } from '../../core/codes.ts';
import type { Clock, Resolution } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';

/** What a look-up came to, without the moment it ends. */
export type Outcome = Result<Omit<Resolution, 'expiresAt'>, Failure>;

interface Entry {
  readonly result: Result<Resolution, Failure>;
  readonly expiresAt: Instant;
  /** On the clock that never steps back: a wall clock that is put back must not lengthen a life. */
  readonly endsAt: Milliseconds;
}

/** Answers and failures by name, each for its time; the least recently used one makes room. */
export class DnsCache {
  readonly #entries = new Map<string, Entry>();
  readonly #capacity: number;
  readonly #clock: Clock;

  constructor(capacity: number, clock: Clock) {
    this.#capacity = capacity;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The stored answer, unless its time is over. */
  get(name: string): Result<Resolution, Failure> | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    this.#entries.delete(name);
    if (this.#clock.now() >= entry.expiresAt || this.#clock.monotonic() >= entry.endsAt) return undefined;
    this.#entries.set(name, entry);
    return entry.result;
  }

  /** The outcome with its end; stored until then. */
  put(name: string, outcome: Outcome, life: Milliseconds): Result<Resolution, Failure> {
    const entry = this.#entryOf(outcome, life);
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity) break;
      this.#entries.delete(oldest);
    }
    return entry.result;
  }

  /** The outcome with its end, not stored. */
  stamp(outcome: Outcome, life: Milliseconds): Result<Resolution, Failure> {
    return this.#entryOf(outcome, life).result;
  }

  clear(): void {
    this.#entries.clear();
  }

  #entryOf(outcome: Outcome, life: Milliseconds): Entry {
    const expiresAt = this.#clock.now() + life;
    const result = outcome.ok ? ok({ ...outcome.value, expiresAt }) : fail(outcome.failure);
    return { result, expiresAt, endsAt: this.#clock.monotonic() + life };
  }
}
