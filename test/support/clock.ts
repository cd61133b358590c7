import { randomBytes } from 'node:crypto';
import type { Clock, Random } from '../../src/core/ports.ts';
import type { Instant, Milliseconds } from '../../src/core/units.ts';

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  #now: Instant;
  #monotonic: Milliseconds = 0;

  /** @param start RFC 3339 */
  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  now(): Instant {
    return this.#now;
  }

  monotonic(): Milliseconds {
    return this.#monotonic;
  }

  advance(by: Milliseconds): void {
    this.#now += by;
    this.#monotonic += by;
  }

  /** Steps the wall clock alone, as an operator or NTP does. */
  step(by: Milliseconds): void {
    this.#now += by;
  }
}

/** The machine's clock: for tests whose other side, a TLS client, looks at it too. */
export const MACHINE_CLOCK: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

export const MACHINE_RANDOM: Random = { bytes: (length) => randomBytes(length) };
