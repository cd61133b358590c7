import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';

/** What `sun_path` takes of an address (unix(7)), without the zero byte at its end. */
const LONGEST_PATH = 107;

/** A name for a Unix socket that the system takes, usable until disposed. */
export interface SocketPath extends Disposable {
  readonly path: string;
}

/**
 * The path of a socket in a directory; by way of an open descriptor where it is longer than an address can be, on Linux.
 * @throws as `open` does, where the directory cannot be
 */
export function socketPath(directory: string, name: string): SocketPath {
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= LONGEST_PATH || process.platform !== 'linux') return { path, [Symbol.dispose]: () => {} };
  const descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${descriptor}/${name}`, [Symbol.dispose]: () => closeSync(descriptor) };
}
