import type { Clock } from '../../core/ports.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';

/** From this size on compressing costs a few microseconds a record. */
const LARGE: Bytes = 4096;
/** Of smaller ones so many are compressed in a second: an idle gateway has the time, a busy one has large ones. */
const SMALL_PER_SECOND = 400;
const SECOND: Milliseconds = 1000;

/** Tells which blocks are worth the 25 µs that compressing takes, however little there is to compress. */
export class CompressionBudget {
  readonly #clock: Clock;
  #second: Milliseconds = Number.NEGATIVE_INFINITY;
  #spent = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  allows(size: Bytes): boolean {
    if (size >= LARGE) return true;
    const now = this.#clock.monotonic();
    if (now - this.#second >= SECOND) {
      this.#second = now;
      this.#spent = 0;
    }
    return this.#spent++ < SMALL_PER_SECOND;
  }
}
