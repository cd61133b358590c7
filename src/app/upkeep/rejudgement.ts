import type { Clock } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { Reidentify } from '../../identity/reidentify.ts';
import type { LiveExchanges } from '../../pipeline/live-exchanges.ts';
import { expiries, type PolicyInForce } from '../in-force.ts';

/** How often tokens and grants are looked at, which end by themselves. */
const IDENTITY_INTERVAL: Milliseconds = 500;
/** Least time between two looks for changes of the store: every held request makes some. */
const TOGETHER: Milliseconds = 100;

/**
 * Sees to it that what runs is judged again whenever its permit may have ended: the policy or the tables changed, an
 * attestation or a transfer ran out, a token or a grant was revoked or expired (contract §4.1.13: cut within a second).
 */
export class Rejudgement implements Disposable {
  readonly #live: LiveExchanges;
  readonly #inForce: PolicyInForce;
  readonly #reidentify: Reidentify;
  readonly #endWithGrants: () => Promise<void>;
  readonly #clock: Clock;
  readonly #timer: NodeJS.Timeout;
  #ends: readonly number[];
  #checking = false;
  #checkAgain = false;
  #isLookingForGrants = false;
  #resting: NodeJS.Timeout | undefined;
  #changedMeanwhile = false;

  constructor(parts: {
    live: LiveExchanges;
    inForce: PolicyInForce;
    reidentify: Reidentify;
    endWithGrants: () => Promise<void>;
    clock: Clock;
  }) {
    this.#live = parts.live;
    this.#inForce = parts.inForce;
    this.#reidentify = parts.reidentify;
    this.#endWithGrants = parts.endWithGrants;
    this.#clock = parts.clock;
    this.#ends = this.#upcoming();
    this.#timer = setInterval(() => this.#tick(), IDENTITY_INTERVAL);
    this.#timer.unref();
  }

  /** Judges everything again: the policy or the tables were replaced, or part of the policy ended. */
  judgeAgain(): void {
    this.#ends = this.#upcoming();
    this.#live.judgeAgain(this.#inForce.current, this.#clock.now());
    void this.identifyAgain();
  }

  /** Asks again who everybody is: tokens may have been revoked, or have ended. */
  async identifyAgain(): Promise<void> {
    // What is under way may have asked before the change that this is about.
    this.#checkAgain = this.#checking;
    if (this.#checking) return;
    this.#checking = true;
    try {
      do {
        this.#checkAgain = false;
        await this.#live.identifyAgain(this.#reidentify);
      } while (this.#checkAgain);
    } finally {
      this.#checking = false;
    }
  }

  /** The same for a change of the store: at once, and of more in quick succession once behind the last. */
  onStoreChange(): void {
    if (this.#resting !== undefined) {
      this.#changedMeanwhile = true;
      return;
    }
    void this.identifyAgain();
    this.#resting = setTimeout(() => {
      this.#resting = undefined;
      const again = this.#changedMeanwhile;
      this.#changedMeanwhile = false;
      if (again) this.onStoreChange();
    }, TOGETHER).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    clearTimeout(this.#resting);
  }

  #tick(): void {
    const [next] = this.#ends;
    if (next !== undefined && next <= this.#clock.now()) {
      this.#inForce.noteExpiry();
      this.judgeAgain();
    } else if (this.#live.size > 0) void this.identifyAgain();
    if (this.#live.size > 0) void this.#lookForGrants();
  }

  async #lookForGrants(): Promise<void> {
    if (this.#isLookingForGrants) return;
    this.#isLookingForGrants = true;
    try {
      await this.#endWithGrants();
    } finally {
      this.#isLookingForGrants = false;
    }
  }

  #upcoming(): number[] {
    return expiries(this.#inForce.compiled).filter((end) => end > this.#clock.now());
  }
}
