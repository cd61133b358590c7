import type { Clock, Random } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import { waitAfter } from '../notifying/retry-schedule.ts';

/** How often what was recorded meanwhile is looked for. */
const EVERY: Milliseconds = 1000;
/** A sink that is back is not left waiting for long: attempts cost next to nothing. */
const LONGEST_WAIT: Milliseconds = 60_000;

export interface FeedLoopParts {
  readonly clock: Clock;
  readonly random: Random;
  /** One look at the record; never two at a time. */
  readonly feed: () => Promise<void>;
  /** Told of a look that was rejected. */
  readonly onDefect: (error: unknown) => void;
}

/** Looks at the record again and again, and lets a sink that fails rest, for longer each time. */
export class FeedLoop implements AsyncDisposable {
  readonly #parts: FeedLoopParts;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  /** Attempts since the last that succeeded. */
  #failed = 0;
  /** On the monotonic clock. */
  #notBefore: Milliseconds = 0;

  constructor(parts: FeedLoopParts) {
    this.#parts = parts;
  }

  /** Whether the sink is left alone now. */
  get isResting(): boolean {
    return this.#parts.clock.monotonic() < this.#notBefore;
  }

  /** From now on until disposed. */
  start(): void {
    this.#timer = setInterval(() => this.#look(), EVERY);
    this.#timer.unref();
    this.#look();
  }

  putOff(): void {
    const { clock, random } = this.#parts;
    this.#failed += 1;
    this.#notBefore = clock.monotonic() + waitAfter(this.#failed, random, LONGEST_WAIT);
  }

  succeeded(): void {
    this.#failed = 0;
  }

  /** Waits for the look that runs: whoever owns it ends what that waits for. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    if (this.#running !== undefined || this.isResting) return;
    const { feed, onDefect } = this.#parts;
    this.#running = feed()
      .catch(onDefect)
      .finally(() => {
        this.#running = undefined;
      });
  }
}
