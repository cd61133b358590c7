import type { Milliseconds } from '../../core/units.ts';
import type { LimitClaim, UsedUp } from './limit-ledger.ts';
import type { SlidingWindow } from './sliding-window.ts';

/** Takes one request out of the window of every claim of requests, or out of none where any claim is used up. Undefined: taken. */
export function takeRequest(
  claims: readonly LimitClaim[],
  windows: readonly SlidingWindow[],
  now: Milliseconds,
): UsedUp | undefined {
  for (const [index, window] of windows.entries()) {
    const { most } = claims[index]!;
    if (most - window.used(now) < 1) return { claim: index, retryAfter: window.untilAtMost(most - 1, now) };
  }
  for (const [index, window] of windows.entries()) if (claims[index]!.unit === 'requests') window.use(1, now);
  return undefined;
}

/** Counts bytes that have passed. Undefined: more may pass. */
export function countBytes(
  claims: readonly LimitClaim[],
  windows: readonly SlidingWindow[],
  bytes: number,
  now: Milliseconds,
): UsedUp | undefined {
  for (const window of windows) window.use(bytes, now);
  const over = windows.findIndex((window, index) => window.used(now) > claims[index]!.most);
  if (over === -1) return undefined;
  return { claim: over, retryAfter: windows[over]!.untilAtMost(claims[over]!.most - 1, now) };
}
