import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writerDirectories } from '../../../recording/reading/writer-directories.ts';

/**
 * Writers below all of these directories, as far as they are there. Throws what the operating system reports, also where none of
 * them is there.
 */
export function chainsBelow(directories: readonly string[]): readonly string[] {
  const there = directories.filter((directory) => existsSync(directory));
  return (there.length === 0 ? directories : there).flatMap((directory) => writerDirectories(directory));
}

/** The directory of a writer, wherever below these it is; where nobody has it, as if it were below the first. */
export function chainOf(writer: string, directories: readonly string[]): string {
  const paths = directories.map((directory) => join(directory, writer));
  return paths.find((path) => existsSync(path)) ?? paths[0]!;
}

/** A writer that has a chain below two of these, which nothing could tell apart; undefined as a rule. */
export function sharedWriter(directories: readonly string[]): string | undefined {
  const names = chainsBelow(directories).map((path) => basename(path));
  return names.find((name, index) => names.indexOf(name) !== index);
}
