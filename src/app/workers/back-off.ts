import type { Milliseconds } from '../../core/units.ts';

const SHORTEST: Milliseconds = 250;
const LONGEST: Milliseconds = 30_000;
/** Whoever has run so long has not ended because of how it began. */
const SETTLED: Milliseconds = 60_000;

/** How long a place of the crew stays empty between two workers: longer each time, as long as none of them lasts. */
export class BackOff {
  #endings = 0;

  /**
   * The wait before the next worker starts, {@link SHORTEST} at first and {@link LONGEST} at most.
   * @param ran how long the one that has ended took exchanges in; 0 for one that could not start
   */
  after(ran: Milliseconds): Milliseconds {
    this.#endings = ran > SETTLED ? 1 : this.#endings + 1;
    return Math.min(LONGEST, SHORTEST * 2 ** (this.#endings - 1));
  }
}
