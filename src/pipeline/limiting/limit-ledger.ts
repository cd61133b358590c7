import type { LimitUse } from '../../core/exchange/limit-use.ts';
import type { Milliseconds } from '../../core/units.ts';

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
  /** Those that this process counts and of which the largest share is used, the fullest first; none of which nothing is. */
  fullest(count: number, isWanted: (use: LimitUse) => boolean): readonly LimitUse[];
}

/** Windows at once: sessions and destinations come and go, and each has its own. */
export const MOST_WINDOWS = 50_000;
