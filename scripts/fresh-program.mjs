// An import would make every member of these modules, streams and promises among them (scripts/build-program.ts).
const { existsSync, readFileSync, statSync } = process.getBuiltinModule('node:fs');
const { fileURLToPath } = process.getBuiltinModule('node:url');

const ROOT = new URL('../', import.meta.url);
/** Some thousand files are looked at in each start: a URL for each would take as long again. */
const ROOT_PATH = fileURLToPath(ROOT);

/** Where the bundled program is (docs/adr/0026-bundle.md). */
export const PROGRAM = new URL('dist/program/', ROOT);

/** An edit changes it.
 * @param {string} file relative to the root
 */
export function stampOf(file) {
  const { mtimeMs, size } = statSync(`${ROOT_PATH}${file}`);
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
