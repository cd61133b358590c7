import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { segmentNumbers } from '../segment/segment-names.ts';

/**
 * The directories of the writers in `directory`: itself where segments lie in it, else those below it. Throws what the
 * operating system reports.
 */
export function writerDirectories(directory: string): string[] {
  if (segmentNumbers(directory).length > 0) return [directory];
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isDirectory() && segmentNumbers(path).length > 0);
}
