import { readFileSync, realpathSync, statSync } from 'node:fs';

/** Of these and of the sockets of the machine, those that are there: absolute, none within another directory of them. */
export function hiddenPaths(secret: readonly string[]): readonly string[] {
  const paths = new Set([...secret, ...listeningSockets()].flatMap((path) => realPathOf(path)));
  const directories = [...paths].filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
  return [...paths].filter((path) => !directories.some((directory) => path.startsWith(`${directory}/`)));
}

/** Unix sockets that somebody on the machine listens on; `/run` is hidden whole. */
function listeningSockets(): readonly string[] {
  let table: string;
  try {
    table = readFileSync('/proc/net/unix', 'latin1');
  } catch {
    return [];
  }
  return table
    .split('\n')
    .flatMap((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1] ?? [])
    .filter((path) => !/^\/(?:var\/)?run\//.test(path));
}

/** None where there is nothing. */
function realPathOf(path: string): readonly string[] {
  try {
    return [realpathSync(path)];
  } catch {
    // Whoever may not reach it here cannot reach it there.
    return [];
  }
}
