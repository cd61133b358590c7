import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);

/** Where the bundled program is (docs/adr/0026-bundle.md). */
export const PROGRAM = new URL('dist/program/', ROOT);

/** An edit changes it.
 * @param {string} file relative to the root
 */
export function stampOf(file) {
  const { mtimeMs, size } = statSync(new URL(file, ROOT));
  return `${mtimeMs} ${size}`;
}

/**
 * Whether the bundle is what the sources here would do: each file that it was made of is as it was then. A package without
 * sources has nothing else to run. Anything that cannot be read counts as a change.
 */
export function isProgramFresh() {
  try {
    const sources = JSON.parse(readFileSync(fileURLToPath(new URL('sources.json', PROGRAM)), 'utf8'));
    return !existsSync(new URL('src/cli/main.ts', ROOT)) || sources.every(([file, stamp]) => stampOf(file) === stamp);
  } catch {
    return false;
  }
}
