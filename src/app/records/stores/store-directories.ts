import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../../../core/result.ts';
import { sharedWriter } from './chains-below.ts';
import { recordStores, type RecordSettings, type RecordStore } from './record-stores.ts';

/** What the data directory has beside records, and what has it all: nobody's records lie there. */
const OTHER_STATE = ['keys', 'ca', 'secrets', 'spool', 'sinks'];

/**
 * The stores with their directories as the disk has them: made where they are not there, links followed once and for all, none of
 * them in another, whatever names lead to it (links, other spellings, mounts).
 * @failure a sentence that names the setting
 */
export function storeDirectories(settings: RecordSettings): Result<readonly RecordStore[], string> {
  const found: { readonly store: RecordStore; readonly ancestry: readonly string[] }[] = [];
  for (const store of recordStores(settings)) {
    const where = store.entry === undefined ? '' : `${store.entry.written.directory}: `;
    const told = (problem: string): Result<never, string> =>
      fail(`${where}${store.setting}.directory: Found ${store.directory}, ${problem}`);
    try {
      mkdirSync(store.directory, { recursive: true, mode: 0o700 });
      const directory = realpathSync(store.directory);
      const ancestry = ancestryOf(directory);
      const other = found.find((each) => ancestry.includes(each.ancestry[0]!) || each.ancestry.includes(ancestry[0]!));
      if (other !== undefined) {
        return told(`which shares ${other.store.directory} with ${other.store.setting}, expected a directory of its own`);
      }
      const taken = store.entry === undefined ? undefined : stateIn(ancestry, settings);
      if (taken !== undefined) return told(`which shares ${taken} with other state, expected a directory of its own`);
      found.push({ store: { ...store, directory }, ancestry });
    } catch (error) {
      return told(`which cannot be used: ${(error as Error).message}`);
    }
  }
  const stores = found.map(({ store }) => store);
  const shared = sharedWriter(stores.map(({ directory }) => directory));
  if (shared === undefined) return ok(stores);
  return fail(`recordings: Found the writer "${shared}" in the directories of two stores, expected each in one: one is a copy`);
}

/** Identities of a directory and of those around it, from the inside out. */
function ancestryOf(directory: string): readonly string[] {
  const { dev, ino } = statSync(directory, { bigint: true });
  const around = dirname(directory);
  return [`${dev}:${ino}`, ...(around === directory ? [] : ancestryOf(around))];
}

function stateIn(ancestry: readonly string[], { data }: Pick<RecordSettings, 'data'>): string | undefined {
  const [own] = ancestry;
  const data0 = ancestryOf(realpathSync(data.directory));
  if (data0.includes(own!)) return data.directory;
  return OTHER_STATE.map((name) => join(data.directory, name)).find((path) => {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat !== undefined && ancestry.includes(`${stat.dev}:${stat.ino}`);
  });
}
