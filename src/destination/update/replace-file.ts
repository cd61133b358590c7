import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';

const TEMPORARY = /^\..+\.[0-9a-f]{16}\.tmp$/;

/**
 * Puts bytes in the place of a file: written beside it, synced, read again and compared, and only then renamed over it. After
 * a crash at any point the file is either the old or the new one, whole.
 */
export async function replaceFile(directory: string, file: string, bytes: Uint8Array): Promise<Result<void, string>> {
  const temporary = join(directory, `.${file}.${randomBytes(8).toString('hex')}.tmp`);
  try {
    await writeSynced(temporary, bytes);
    const written = await readFile(temporary);
    if (Buffer.compare(written, bytes) !== 0) return fail(`${file}: found other bytes on the disk than were written`);
    await rename(temporary, join(directory, file));
    await syncDirectory(directory);
    return ok(undefined);
  } catch (error) {
    return fail(`${file}: ${(error as Error).message}`);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes the temporary files that crashes left before `before`; younger ones may be in use. */
export async function removeLeftovers(directory: string, before: Instant): Promise<void> {
  for (const file of await readdir(directory)) {
    if (!TEMPORARY.test(file)) continue;
    const path = join(directory, file);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < before) await rm(path, { force: true });
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(path, 'wx', 0o644);
  await handle.writeFile(bytes);
  await handle.sync();
}

async function syncDirectory(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}
