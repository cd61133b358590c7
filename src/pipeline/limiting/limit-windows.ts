import type { Clock } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import { SlidingWindow } from './sliding-window.ts';

/** What an exchange counts in: one window, and how much of it may be used. */
export interface LimitClaim {
  /** Of the window: rule, unit, time, and whom it is counted for. */
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

  /** Undefined where there is no room for one of them. */
  #windowsOf(claims: readonly LimitClaim[], now: Milliseconds): readonly SlidingWindow[] | undefined {
    const windows: SlidingWindow[] = [];
    for (const { key, every } of claims) {
      const window = this.#window(key, every, now);
      if (window === undefined) return undefined;
      windows.push(window);
    }
    return windows;
  }

  #window(key: string, every: Milliseconds, now: Milliseconds): SlidingWindow | undefined {
    const known = this.#windows.get(key);
    if (known !== undefined) {
      known.lastUse = now;
      return known.window;
    }
    if (this.#windows.size >= MOST_WINDOWS) this.#forget(now);
    // Forgetting one that counts would give its agent all of it anew.
    if (this.#windows.size >= MOST_WINDOWS) return undefined;
    const window = new SlidingWindow(every, now);
    this.#windows.set(key, { window, every, lastUse: now });
    return window;
  }

  #forget(now: Milliseconds): void {
    for (const [key, { window, every, lastUse }] of this.#windows) {
      if (now - lastUse > every && window.used(now) === 0) this.#windows.delete(key);
    }
  }
}
