// As in fresh-program.mjs: an import takes longer.
const { lstatSync, mkdirSync } = process.getBuiltinModule('node:fs');
const { fileURLToPath } = process.getBuiltinModule('node:url');

/**
 * Where compiled code is kept between starts; undefined where that cannot be trusted, and then nothing is kept. What lies
 * there is run: Node's own default is one directory in the temporary directory that any user of the machine can make first.
 *
 * @param {URL} directory below this installation, whose owner can change the code anyway
 * @returns {string | undefined}
 */
export function compileCacheDirectory(directory) {
  const path = fileURLToPath(directory);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(path.replace(/\/$/, ''));
    const isOwn = process.getuid === undefined || uid === process.getuid();
    return isOwn && (mode & 0o170022) === 0o040000 ? path : undefined;
  } catch {
    // A read-only installation starts a little slower.
    return undefined;
  }
}
