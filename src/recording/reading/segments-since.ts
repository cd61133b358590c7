import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { HEADER_WINDOW, readHeader } from '../segment/segment-header.ts';
import { segmentName, segmentNumbers } from '../segment/segment-names.ts';

/**
 * Numbers of the segments of a writer that may hold records since an instant: from the last one on that was begun before it,
 * and one more, since clocks are set back now and then. Throws what the operating system reports.
 * @param since RFC 3339 with milliseconds, UTC
 */
export function segmentsSince(directory: string, since: string): readonly number[] {
  const numbers = segmentNumbers(directory);
  const later = numbers.findIndex((number) => {
    const created = createdAt(join(directory, segmentName(number)));
    return created !== undefined && created >= since;
  });
  return numbers.slice(Math.max(0, (later < 0 ? numbers.length : later) - 2));
}

/** When a segment was begun; undefined for the first version, which does not say, and for what cannot be read. */
function createdAt(path: string): string | undefined {
  const descriptor = openSync(path, 'r');
  try {
    const window = Buffer.alloc(HEADER_WINDOW);
    const found = readHeader(window.subarray(0, readSync(descriptor, window, 0, window.length, 0)));
    return found.kind === 'header' ? found.header.created : undefined;
  } finally {
    closeSync(descriptor);
  }
}
