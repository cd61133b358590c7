import { copyFile, chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { instantText } from '../../core/time-text.ts';
import { CHECKPOINT_NAME } from '../../recording/chain/checkpoint-file.ts';
import { copySqlite } from '../../store/copy-sqlite.ts';
import { writersFile, WRITERS_NAME } from '../records/stores/known-writers.ts';
import { recordDirectories, type RecordSettings } from '../records/stores/record-stores.ts';
import { MANIFEST, manifestFile, VERSION, type Manifest } from './manifest.ts';

/** The shared state; what else is in the data directory can be made anew, or is a record, which is copied as it is. */
export const STORE_FILE = 'cordon.db';
/** Folders of small files without which nothing that was sealed can be opened, and no agent trusts the gateway. */
const FOLDERS = ['keys', 'ca', 'secrets'];

/**
 * Copies store, keys, CA, secrets and checkpoints of an installation, beside a running gateway or without one.
 * @param to a directory that is empty, or is not there
 * @failure a sentence
 */
export async function makeBackup(
  settings: Pick<Settings, 'data' | 'store' | 'recordings'>,
  to: string,
  clock: Clock,
): Promise<Result<Manifest, string>> {
  const { directory } = settings.data;
  try {
    await mkdir(to, { recursive: true, mode: 0o700 });
    if ((await readdir(to)).length > 0) return fail(`${to}: found files in it, expected an empty directory, or none`);
    await chmod(to, 0o700);
    const files: string[] = [];
    const isHere = settings.store.url === 'sqlite';
    if (isHere) {
      await copySqlite(join(directory, STORE_FILE), join(to, STORE_FILE));
      files.push(STORE_FILE);
    }
    const keys = (await keyFiles(directory)).map((path) => ({ from: join(directory, path), path }));
    for (const { from, path } of [...keys, ...(await checkpoints(settings))]) {
      await copy(from, join(to, path));
      files.push(path);
    }
    const manifest: Manifest = {
      v: VERSION,
      createdAt: instantText(clock.now()),
      store: isHere ? 'sqlite' : 'elsewhere',
      files: await Promise.all(files.map((path) => manifestFile(to, path))),
    };
    // Last: a backup that broke off has none, and is restored by nobody.
    await writeFile(join(to, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600 });
    return ok(manifest);
  } catch (error) {
    return fail(`${to}: ${(error as Error).message}`);
  }
}

async function keyFiles(directory: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const folder of FOLDERS) {
    if (!existsSync(join(directory, folder))) continue;
    const entries = await readdir(join(directory, folder), { withFileTypes: true });
    // What begins with a dot is being written.
    files.push(
      ...entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => `${folder}/${name}`),
    );
  }
  return files;
}

/** With them and the list of writers, records that were copied apart can be shown to be whole up to now. */
async function checkpoints(settings: RecordSettings): Promise<readonly { readonly from: string; readonly path: string }[]> {
  const found: { readonly from: string; readonly path: string }[] = [];
  for (const directory of recordDirectories(settings).filter((each) => existsSync(each))) {
    for (const writer of await readdir(directory)) {
      const from = join(directory, writer, CHECKPOINT_NAME);
      // No writer is in two stores.
      if (existsSync(from)) found.push({ from, path: `recordings/${writer}/${CHECKPOINT_NAME}` });
    }
  }
  const list = writersFile(settings);
  return existsSync(list) ? [...found, { from: list, path: `recordings/${WRITERS_NAME}` }] : found;
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to);
  await chmod(to, 0o600);
}
