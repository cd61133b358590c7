import { constants } from 'node:fs';
import { link, mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Defect } from '../core/defect.ts';
import type { Keys, Random } from '../core/ports.ts';

/** A key that must not be used or cannot be had. Thrown, since the port has no failure: the process must not start. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** Of every key. */
export const KEY_BYTES = 32;
const PURPOSE = /^[a-z][a-z0-9-]{0,63}$/;
const { O_RDONLY, O_NOFOLLOW } = constants;

/**
 * The keys in `<directory>/<purpose>.key`, each made at its first use. Two processes that ask for a new one at the same
 * time get the same.
 *
 * `key()` rejects with a {@link KeyError} when the file is open to others, is no key, or cannot be read or made.
 */
export function createKeys(directory: string, random: Random): Keys {
  const known = new Map<string, Promise<Uint8Array>>();
  return {
    async key(purpose) {
      if (!PURPOSE.test(purpose)) throw new Defect(`"${purpose}" is not the purpose of a key`);
      const pending = known.get(purpose) ?? readOrMake(join(directory, `${purpose}.key`), random);
      known.set(purpose, pending);
      try {
        // A copy: whoever wipes or changes its key must not change that of the others.
        return (await pending).slice();
      } catch (error) {
        known.delete(purpose);
        throw error instanceof KeyError ? error : new KeyError(`Cannot use the key "${purpose}": ${String(error)}`);
      }
    },
  };
}

async function readOrMake(path: string, random: Random): Promise<Uint8Array> {
  const existing = await readKeyFile(path);
  if (existing !== undefined) return existing;
  await makeKey(path, random);
  const made = await readKeyFile(path);
  if (made === undefined) throw new KeyError(`${path} vanished while it was made`);
  return made;
}

/** The key in a file; undefined where there is none. Rejects with a {@link KeyError} where it must not be used. */
export async function readKeyFile(path: string): Promise<Uint8Array | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, O_RDONLY | O_NOFOLLOW);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (hasCode(error, 'ELOOP')) throw new KeyError(`${path} is a symbolic link, expected a file`);
    throw error;
  }
  try {
    const stat = await file.stat();
    const mode = stat.mode & 0o777;
    if (!stat.isFile()) throw new KeyError(`${path} is not a file`);
    if ((mode & 0o077) !== 0) {
      throw new KeyError(`${path} has mode ${octal(mode)}, expected 0600: others may have read it; chmod it or make a new one`);
    }
    if (stat.size !== KEY_BYTES) throw new KeyError(`${path} has ${stat.size} bytes, expected ${KEY_BYTES}`);
    return Uint8Array.from(await file.readFile());
  } finally {
    await file.close();
  }
}

/** Whole or not at all: written beside, then linked; the first of several makers wins, the others leave its key in place. */
async function makeKey(path: string, random: Random): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${Buffer.from(random.bytes(8)).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(random.bytes(KEY_BYTES));
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
  // What is encrypted under a key must not outlive a directory entry that a crash has lost.
  const directory = await open(dirname(path), O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
