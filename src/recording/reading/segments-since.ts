import { join } from 'node:path';
import { segmentBegan } from '../segment/segment-began.ts';
import { segmentName, segmentNumbers } from '../segment/segment-names.ts';

/**
 * Numbers of the segments of a writer that may hold records since an instant: from the last one on that was begun before it,
 * and one more, since clocks are set back now and then. Throws what the operating system reports.
 * @param since RFC 3339 with milliseconds, UTC
 */
export function segmentsSince(directory: string, since: string): readonly number[] {
  const numbers = segmentNumbers(directory);
  const from = Date.parse(since);
  const later = numbers.findIndex((number) => {
    const began = segmentBegan(join(directory, segmentName(number)));
    return began !== undefined && began >= from;
  });
  return numbers.slice(Math.max(0, (later < 0 ? numbers.length : later) - 2));
}
