import type { Clock } from './ports.ts';
import type { Instant } from './units.ts';

/** Puts the time of a clock into words, once per millisecond: many exchanges fall into one. */
export function timeText(clock: Clock, toText: (now: Instant) => string): () => string {
  let at = Number.NaN;
  let text = '';
  return () => {
    const now = clock.now();
    if (now !== at) {
      at = now;
      text = toText(now);
    }
    return text;
  };
}

/** RFC 3339 in UTC, with milliseconds. */
export function instantText(at: Instant): string {
  // oxlint-disable-next-line no-restricted-globals -- The calendar is what is used of it, not its clock.
  return new Date(at).toISOString();
}
