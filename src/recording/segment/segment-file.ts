import { closeSync, constants, fdatasync, fsyncSync, ftruncateSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const fdatasyncAsync = promisify(fdatasync);

/** The file of one segment, which only grows. Every method throws what the operating system reports. */
export interface SegmentFile {
  /** Hands all bytes to the kernel; after a throw an unknown part of them is in the file. */
  write(bytes: Uint8Array): void;
  /** Cuts the file to `size` bytes. */
  truncate(size: number): void;
  /** Resolves when all written bytes are on the medium. */
  sync(): Promise<void>;
  close(): void;
  /** Closes and removes it: nothing in it counts. */
  discard(): void;
}

/** Opens a segment: `create` fails when the file exists, `continue` when it does not. */
export type OpenSegmentFile = (path: string, how: 'create' | 'continue') => SegmentFile;

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

/**
 * A segment on the file system, mode 0600.
 *
 * Writes are synchronous by measurement: a record lands in the page cache in about 10 µs, while a round trip through the
 * thread pool costs three times that in CPU for every batch. What waits for the medium, `sync()`, is asynchronous.
 */
export const openSegmentFile: OpenSegmentFile = (path, how) => {
  const creation = how === 'create' ? O_CREAT | O_EXCL : 0;
  const descriptor = openSync(path, O_WRONLY | O_APPEND | O_NOFOLLOW | creation, 0o600);
  if (how === 'create') keepEntry(path, descriptor);
  return {
    write(bytes) {
      // A short write is not an error; the next one says why.
      for (let offset = 0; offset < bytes.length;) offset += writeSync(descriptor, bytes, offset);
    },
    truncate: (size) => ftruncateSync(descriptor, size),
    sync: () => fdatasyncAsync(descriptor),
    close: () => closeSync(descriptor),
    discard: () => {
      closeSync(descriptor);
      unlinkSync(path);
    },
  };
};

/** Syncs the directory, without which a crash can lose the entry of a file whose bytes were synced. */
function keepEntry(path: string, descriptor: number): void {
  try {
    const directory = openSync(dirname(path), O_RDONLY | O_DIRECTORY);
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch (error) {
    // Nothing is in it yet; left behind, it would stand in the way of the next attempt.
    closeSync(descriptor);
    unlinkSync(path);
    throw error;
  }
}
