import type { LimitUse } from '../../core/exchange/limit-use.ts';
import type { Milliseconds } from '../../core/units.ts';
import { limitNameOf } from './limit-key.ts';
import type { SlidingWindow } from './sliding-window.ts';

/** Windows by the key of their limit, the fullest first; none of which nothing is used. */
export function fullestOf(
  windows: ReadonlyMap<string, { readonly window: SlidingWindow; readonly most: number }>,
  now: Milliseconds,
): IteratorObject<LimitUse> {
  return [...windows]
    .map(([key, { window, most }]) => ({ key, window, most, used: window.used(now) }))
    .filter(({ used }) => used > 0)
    .sort((a, b) => b.used / b.most - a.used / a.most)
    .values()
    .map(({ key, window, most, used }) => {
      const retryAfter = used < most ? 0 : window.untilAtMost(most - 1, now);
      return { ...limitNameOf(key), most, used, retryAfter };
    });
}
