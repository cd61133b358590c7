import { closeSync, openSync, readSync } from 'node:fs';
import type { Instant } from '../../core/units.ts';
import { HEADER_WINDOW, readHeader } from './segment-header.ts';

/**
 * When the segment at `path` was begun; undefined for one of the first version, which does not say, and for what cannot be
 * read. Throws what the operating system reports.
 */
export function segmentBegan(path: string): Instant | undefined {
  const descriptor = openSync(path, 'r');
  try {
    const window = Buffer.alloc(HEADER_WINDOW);
    const found = readHeader(window.subarray(0, readSync(descriptor, window, 0, window.length, 0)));
    const began = found.kind === 'header' ? Date.parse(found.header.created) : Number.NaN;
    return Number.isNaN(began) ? undefined : began;
  } finally {
    closeSync(descriptor);
  }
}
