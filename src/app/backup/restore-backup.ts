import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { STORE_FILE } from './make-backup.ts';
import { readBackup, type Manifest } from './manifest.ts';

/** What an installation has from its first start on. */
const IN_USE = [STORE_FILE, 'keys', 'ca', 'secrets'];

/**
 * Puts a backup where an installation can begin with it. Records that were copied there before stay; their checkpoints are left
 * to `verify --checkpoint`, since a chain that is gone on with has a later one.
 * @failure a sentence; then nothing of the installation is there
 */
export async function restoreBackup(
  from: string,
  { data, store }: Pick<Settings, 'data' | 'store'>,
): Promise<Result<Manifest, string>> {
  const { directory } = data;
  const inUse = IN_USE.find((name) => existsSync(join(directory, name)));
  if (inUse !== undefined) {
    return fail(`${join(directory, inUse)}: found an installation, expected none: a backup replaces nothing`);
  }
  const backup = await readBackup(from);
  if (!backup.ok) return backup;
  const manifest = backup.value;
  const isHere = store.url === 'sqlite';
  if (isHere && manifest.store !== 'sqlite') {
    return fail(`${from}: found no store, expected one: it was made with a PostgreSQL store, and store.url is sqlite`);
  }
  const files = manifest.files.filter(({ path }) => !path.startsWith('recordings/'));
  // Beside first, so that what cannot be copied leaves nothing behind that looks like an installation.
  const draft = join(directory, '.restoring');
  try {
    for (const { path } of files) {
      await mkdir(dirname(join(draft, path)), { recursive: true, mode: 0o700 });
      await copyFile(join(from, path), join(draft, path));
      await chmod(join(draft, path), 0o600);
    }
    for (const name of new Set(files.map(({ path }) => path.split('/', 1)[0]!))) {
      await rename(join(draft, name), join(directory, name));
    }
    return ok(manifest);
  } catch (error) {
    return fail(`${directory}: ${(error as Error).message}`);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
