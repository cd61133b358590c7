import type { Milliseconds } from '../../core/units.ts';

/** Parts that a window is counted in: what is older than it is let go a sixtieth of it late, and never early. */
const PARTS = 60;

/**
 * How much was used in the last so many milliseconds, whenever that is asked: no burst at the seam of two minutes can use twice
 * what one may. Kept in parts, so that its size does not depend on how much is used.
 */
export class SlidingWindow {
  /** By part, the newest one and all that can be in the window with it. */
  readonly #used = new Float64Array(PARTS + 1);
  readonly #part: Milliseconds;
  /** Number of the newest part since the clock began. */
  #newest: number;
  #total = 0;

  constructor(every: Milliseconds, now: Milliseconds) {
    this.#part = Math.max(1, Math.ceil(every / PARTS));
    this.#newest = Math.floor(now / this.#part);
  }

  /** One that {@link text} has written; empty: nothing was used yet. */
  static read(text: string, every: Milliseconds, now: Milliseconds): SlidingWindow {
    if (text === '') return new SlidingWindow(every, now);
    const [newest, ...used] = JSON.parse(text) as [number, ...(readonly [age: number, amount: number])[]];
    const window = new SlidingWindow(every, 0);
    window.#newest = newest;
    for (const [age, amount] of used) {
      window.#used[slotOf(newest - age, window.#used.length)] = amount;
      window.#total += amount;
    }
    return window;
  }

  /** All that is counted, by the age of its part. */
  text(now: Milliseconds): string {
    this.#advance(now);
    const used: (readonly [age: number, amount: number])[] = [];
    for (let age = 0; age <= PARTS; age++) {
      const amount = this.#used[slotOf(this.#newest - age, this.#used.length)]!;
      if (amount !== 0) used.push([age, amount]);
    }
    return JSON.stringify([this.#newest, ...used]);
  }

  used(now: Milliseconds): number {
    this.#advance(now);
    return this.#total;
  }

  /** @param amount negative: what was used is given back, as far as it is still counted */
  use(amount: number, now: Milliseconds): void {
    this.#advance(now);
    const at = this.#newest % this.#used.length;
    this.#used[at] = this.#used[at]! + amount;
    this.#total += amount;
  }

  /** How long until no more than this is used, if nothing more is. */
  untilAtMost(most: number, now: Milliseconds): Milliseconds {
    this.#advance(now);
    let left = this.#total;
    for (let part = this.#newest - PARTS; part <= this.#newest; part++) {
      if (left <= most) break;
      left -= this.#used[slotOf(part, this.#used.length)]!;
      if (left <= most) return (part + this.#used.length) * this.#part - now;
    }
    return 0;
  }

  #advance(now: Milliseconds): void {
    const newest = Math.floor(now / this.#part);
    // Beyond one round everything is over.
    const from = Math.max(this.#newest, newest - this.#used.length);
    for (let part = from + 1; part <= newest; part++) {
      const slot = slotOf(part, this.#used.length);
      this.#total -= this.#used[slot]!;
      this.#used[slot] = 0;
    }
    this.#newest = Math.max(this.#newest, newest);
    if (this.#total < 0) this.#total = 0;
  }
}

function slotOf(part: number, length: number): number {
  return ((part % length) + length) % length;
}
