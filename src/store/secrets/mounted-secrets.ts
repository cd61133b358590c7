import { open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Secrets } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { isSecretName, MOST_VALUE, secretNameProblem } from './secret-name.ts';

/**
 * Secrets in files that somebody else writes: `<directory>/<name>`, as Kubernetes and Docker mount them. A value that is replaced
 * there is read anew. The end of the line belongs to whoever wrote the file, not to the value.
 */
export function createMountedSecrets(directory: string): Secrets {
  const elsewhere = (name: string) =>
    Promise.resolve(fail(`secrets.provider is mount: ${join(directory, name)} is written by whoever mounts it`));
  return {
    find: async (name) => {
      const problem = secretNameProblem(name);
      if (problem !== undefined) return fail(problem);
      try {
        return await find(directory, name);
      } catch (error) {
        return isMissing(error) ? ok(undefined) : fail((error as Error).message);
      }
    },
    set: elsewhere,
    list: async () => {
      try {
        return ok((await readdir(directory)).filter(isSecretName).sort());
      } catch (error) {
        return fail((error as Error).message);
      }
    },
    remove: elsewhere,
  };
}

async function find(directory: string, name: string): Promise<Result<string | undefined, string>> {
  // Kubernetes replaces a mount by changing a link in it; none may lead out of the mount.
  const [root, path] = await Promise.all([realpath(directory), realpath(join(directory, name))]);
  if (!path.startsWith(root + sep)) return fail(`${join(directory, name)} leads to ${path}, expected a file of that directory`);
  await using file = await open(path);
  const { size, mode } = await file.stat().then((stat) => ({ size: stat.isFile() ? stat.size : Infinity, mode: stat.mode }));
  if (size > MOST_VALUE) return fail(`${path} is no file of at most ${MOST_VALUE} bytes`);
  if ((mode & 0o022) !== 0) return fail(`${path} can be changed by others, expected a mode such as 0400`);
  const value = (await file.readFile('utf8')).replace(/\r?\n$/, '');
  return ok(value === '' ? undefined : value);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
