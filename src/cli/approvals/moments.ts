import type { Instant, Milliseconds } from '../../core/units.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span as people say it: `55s`, `27m`, `3h`, `2d`; rounded down, so that nobody counts on time that is not there. */
export function span(milliseconds: Milliseconds): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < MINUTE) return `${seconds}s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  return seconds < 2 * DAY ? `${Math.floor(seconds / HOUR)}h` : `${Math.floor(seconds / DAY)}d`;
}

/** `in 27m`, or `over`. */
export function until(moment: string, now: Instant): string {
  const left = Date.parse(moment) - now;
  return left > 0 ? `in ${span(left)}` : 'over';
}
