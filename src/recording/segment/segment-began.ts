import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
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
    return beganIn(window.subarray(0, readSync(descriptor, window, 0, window.length, 0)));
  } finally {
    closeSync(descriptor);
  }
}

/** The same beside the event loop. Undefined too where the segment was removed meanwhile. Rejects with what the operating system reports. */
export async function readSegmentBegan(path: string): Promise<Instant | undefined> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_WINDOW), 0, HEADER_WINDOW, 0);
    return beganIn(buffer.subarray(0, bytesRead));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function beganIn(bytes: Buffer): Instant | undefined {
  const found = readHeader(bytes);
  const began = found.kind === 'header' ? Date.parse(found.header.created) : Number.NaN;
  return Number.isNaN(began) ? undefined : began;
}
