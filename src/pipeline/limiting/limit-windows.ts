import type { LimitUse } from '../../core/exchange/limit-use.ts';
import type { Clock } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import { countBytes, takeRequest } from './count-in-windows.ts';
import { fullestOf } from './fullest-windows.ts';
import { type LimitClaim, type LimitLedger, MOST_WINDOWS, type NotLeft } from './limit-ledger.ts';
import { SlidingWindow } from './sliding-window.ts';

interface Known {
  readonly window: SlidingWindow;
  readonly every: Milliseconds;
  /** As it was asked about last: a reload may have changed it. */
  most: number;
  lastUse: Milliseconds;
}

/** What was used of limits, counted in this process since its start. */
export class LimitWindows implements LimitLedger {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(claims: readonly LimitClaim[]): NotLeft | undefined {
    const now = this.#clock.monotonic();
    const windows = this.#windowsOf(claims, now);
    if (windows === undefined) return 'too-many';
    return takeRequest(claims, windows, now);
  }

  giveBack(claims: readonly LimitClaim[]): void {
    const now = this.#clock.monotonic();
    for (const { key, unit } of claims) if (unit === 'requests') this.#windows.get(key)?.window.use(-1, now);
  }

  use(claims: readonly LimitClaim[], bytes: number): NotLeft | undefined {
    const now = this.#clock.monotonic();
    const windows = this.#windowsOf(claims, now);
    if (windows === undefined) return 'too-many';
    return countBytes(claims, windows, bytes, now);
  }

  fullest(count: number, isWanted: (use: LimitUse) => boolean): readonly LimitUse[] {
    return fullestOf(this.#windows, this.#clock.monotonic()).filter(isWanted).take(count).toArray();
  }

  /** Undefined where there is no room for one of them. */
  #windowsOf(claims: readonly LimitClaim[], now: Milliseconds): readonly SlidingWindow[] | undefined {
    const windows: SlidingWindow[] = [];
    for (const claim of claims) {
      const window = this.#window(claim, now);
      if (window === undefined) return undefined;
      windows.push(window);
    }
    return windows;
  }

  #window({ key, every, most }: LimitClaim, now: Milliseconds): SlidingWindow | undefined {
    const known = this.#windows.get(key);
    if (known !== undefined) {
      known.lastUse = now;
      known.most = most;
      return known.window;
    }
    if (this.#windows.size >= MOST_WINDOWS) this.#forget(now);
    // Forgetting one that counts would give its agent all of it anew.
    if (this.#windows.size >= MOST_WINDOWS) return undefined;
    const window = new SlidingWindow(every, now);
    this.#windows.set(key, { window, every, most, lastUse: now });
    return window;
  }

  #forget(now: Milliseconds): void {
    for (const [key, { window, every, lastUse }] of this.#windows) {
      if (now - lastUse > every && window.used(now) === 0) this.#windows.delete(key);
    }
  }
}
