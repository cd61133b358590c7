import { BoundedMap } from '../../core/bounded-map.ts';
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

/** Answers and failures by name, each for its time. */
export class DnsCache {
  readonly #entries: BoundedMap<string, Entry>;
  readonly #clock: Clock;

  constructor(capacity: number, clock: Clock) {
    this.#entries = new BoundedMap(capacity);
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The stored answer, unless its time is over. */
  get(name: string): Result<Resolution, Failure> | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    if (this.#clock.now() < entry.expiresAt && this.#clock.monotonic() < entry.endsAt) return entry.result;
    this.#entries.delete(name);
    return undefined;
  }

  /** The outcome with its end; stored until then. */
  put(name: string, outcome: Outcome, life: Milliseconds): Result<Resolution, Failure> {
    const entry = this.#entryOf(outcome, life);
    this.#entries.set(name, entry);
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
