import type { LimitUse } from '../../core/exchange/limit-use.ts';
import type { Clock } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import { limitNameOf } from './limit-key.ts';
import { SlidingWindow } from './sliding-window.ts';

/** What an exchange counts in: one window, and how much of it may be used. */
export interface LimitClaim {
  /** Of the window: what `limitKey()` makes of it. */
  readonly key: string;
  readonly unit: 'requests' | 'bytes';
  readonly every: Milliseconds;
  readonly most: number;
}

/** A claim that is used up. */
export interface UsedUp {
  /** Its index among those that were asked about. */
  readonly claim: number;
  readonly retryAfter: Milliseconds;
}

/** Why an exchange may not begin, or go on; `unknown`: nobody could be asked. */
export type NotLeft = UsedUp | 'too-many' | 'unknown';

/** Where it is counted what limits have left: here, or by whoever counts for several processes. */
export interface LimitLedger {
  /** Takes one request out of every claim of requests, or nothing where any claim is used up. Undefined: taken. */
  take(claims: readonly LimitClaim[]): NotLeft | undefined | Promise<NotLeft | undefined>;
  /** Gives that back. */
  giveBack(claims: readonly LimitClaim[]): void;
  /** Counts bytes that have passed. Undefined: more may pass. What could not be counted may not. */
  use(claims: readonly LimitClaim[], bytes: number): NotLeft | undefined | Promise<NotLeft | undefined>;
}

/** Windows at once: sessions and destinations come and go, and each has its own. */
export const MOST_WINDOWS = 50_000;

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
    for (const [index, window] of windows.entries()) {
      const { most } = claims[index]!;
      if (most - window.used(now) < 1) return { claim: index, retryAfter: window.untilAtMost(most - 1, now) };
    }
    for (const [index, window] of windows.entries()) if (claims[index]!.unit === 'requests') window.use(1, now);
    return undefined;
  }

  giveBack(claims: readonly LimitClaim[]): void {
    const now = this.#clock.monotonic();
    for (const { key, unit } of claims) if (unit === 'requests') this.#windows.get(key)?.window.use(-1, now);
  }

  use(claims: readonly LimitClaim[], bytes: number): NotLeft | undefined {
    const now = this.#clock.monotonic();
    const windows = this.#windowsOf(claims, now);
    if (windows === undefined) return 'too-many';
    for (const window of windows) window.use(bytes, now);
    const over = windows.findIndex((window, index) => window.used(now) > claims[index]!.most);
    if (over === -1) return undefined;
    return { claim: over, retryAfter: windows[over]!.untilAtMost(claims[over]!.most - 1, now) };
  }

  /** Those of which the largest share is used, the fullest first; none of which nothing is. */
  fullest(count: number, isWanted: (use: LimitUse) => boolean): readonly LimitUse[] {
    const now = this.#clock.monotonic();
    const known = [...this.#windows].map(([key, each]) => ({ key, ...each, used: each.window.used(now) }));
    return known
      .filter(({ used }) => used > 0)
      .sort((a, b) => b.used / b.most - a.used / a.most)
      .values()
      .map(({ key, window, most, used }) => {
        const retryAfter = used < most ? 0 : window.untilAtMost(most - 1, now);
        return { ...limitNameOf(key), most, used, retryAfter };
      })
      .filter(isWanted)
      .take(count)
      .toArray();
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
