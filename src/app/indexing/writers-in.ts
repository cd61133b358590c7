import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { segmentNumbers } from '../../recording/segment/segment-names.ts';

/** The directories of the writers that have a chain below `directory`, sorted; none where it is not there yet. */
export function writersIn(directory: string): string[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .sort()
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isDirectory() && segmentNumbers(path).length > 0);
}
