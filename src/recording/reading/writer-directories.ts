import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_NAME } from '../chain/checkpoint-file.ts';
import { removedNumbers, segmentNumbers } from '../segment/segment-names.ts';

/**
 * The directories of the writers in `directory`: itself where files of a chain lie in it, else those below it. Throws what the
 * operating system reports.
 */
export function writerDirectories(directory: string): string[] {
  if (hasChain(directory)) return [directory];
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isDirectory() && hasChain(path));
}

/** Whether a chain is there, or was: what is left of one must not be passed over. */
export function hasChain(directory: string): boolean {
  return (
    segmentNumbers(directory).length > 0 || removedNumbers(directory).length > 0 || existsSync(join(directory, CHECKPOINT_NAME))
  );
}
