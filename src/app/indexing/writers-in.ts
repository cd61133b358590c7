import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasSegments } from '../../recording/segment/segment-names.ts';

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
    .filter((path) => statSync(path).isDirectory() && hasSegments(path));
}

/** Which chains a process follows: indexes, or copies to sinks. */
export interface FollowedChains {
  /** Of all writers. */
  readonly directories: readonly string[];
  /** That this process writes. */
  readonly journals: readonly { readonly writer: string }[];
  /** Whether another process of this gateway follows the chain of this writer; absent where there is none. */
  readonly leaves?: ((writer: string) => boolean) | undefined;
}

/** The directories of the chains that a process is to follow, its own among them. */
export function followedChains({ directories, journals, leaves }: FollowedChains): string[] {
  const own = new Set(journals.map(({ writer }) => writer));
  return directories
    .flatMap((directory) => writersIn(directory))
    .filter((chain) => leaves === undefined || own.has(basename(chain)) || !leaves(basename(chain)));
}
