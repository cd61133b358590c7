import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random, Secrets } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { RowCipher, type SealedColumn } from '../sealing/row-cipher.ts';
import { UnsealError } from '../sealing/sealed-chunks.ts';
import { isSecretName, MOST_VALUE, secretNameProblem } from './secret-name.ts';

const MOST_FILE: Bytes = 2 * MOST_VALUE;
const { O_RDONLY, O_NOFOLLOW } = constants;

/**
 * Secrets in `<directory>/<name>`, each a file of mode 0600 that is sealed under the key of the installation and for its name:
 * a copy of the directory alone tells nothing, and a file under another name does not open.
 *
 * @param key 32 bytes
 */
export function createFileSecrets(directory: string, key: Uint8Array, random: Random): Secrets {
  const cipher = new RowCipher(key, random);
  return {
    find: (name) => attempt(name, () => find(directory, name, cipher)),
    set: (name, value) =>
      attempt(name, async () => {
        if (value === '') return fail('Found nothing, expected a value');
        if (Buffer.byteLength(value) > MOST_VALUE) return fail(`Found more than ${MOST_VALUE} bytes`);
        await write(directory, name, cipher.seal(value, columnOf(name)), random);
        return ok(undefined);
      }),
    list: () =>
      attempt('a', async () => {
        const names = await readdir(directory).catch(ignoreMissing);
        return ok((names ?? []).filter(isSecretName).sort());
      }),
    remove: (name) =>
      attempt(name, async () => {
        const names = await readdir(directory).catch(ignoreMissing);
        if (names?.includes(name) !== true) return ok(false);
        await rm(join(directory, name));
        await syncDirectory(directory);
        return ok(true);
      }),
  };
}

async function attempt<T>(name: string, work: () => Promise<Result<T, string>>): Promise<Result<T, string>> {
  const problem = secretNameProblem(name);
  if (problem !== undefined) return fail(problem);
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnsealError) {
      return fail('It does not open: it was changed, or sealed with the key of another installation');
    }
    return fail((error as Error).message);
  }
}

async function find(directory: string, name: string, cipher: RowCipher): Promise<Result<string | undefined, string>> {
  const path = join(directory, name);
  const file = await open(path, O_RDONLY | O_NOFOLLOW).catch(ignoreMissing);
  if (file === undefined) return ok(undefined);
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > MOST_FILE) return fail(`${path} is not a file that was written here`);
    if ((stat.mode & 0o077) !== 0) return fail(`${path} is open to others, expected mode 0600: set it anew`);
    return ok(cipher.unseal(await file.readFile('utf8'), columnOf(name)) as string);
  } finally {
    await file.close();
  }
}

/** Whole or not at all: who reads meanwhile gets the one before. */
async function write(directory: string, name: string, sealed: string, random: Random): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = join(directory, `.${name}.${Buffer.from(random.bytes(8)).toString('hex')}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(sealed);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(directory, name));
  await syncDirectory(directory);
}

async function syncDirectory(directory: string): Promise<void> {
  const opened = await open(directory, O_RDONLY);
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

function columnOf(name: string): SealedColumn {
  return { table: 'secrets', id: name, column: 'value' };
}
