import { join, resolve } from 'node:path';
import type { RecordStoreSetting, Settings } from '../../../config/settings-schema.ts';

/** What the settings say of a place where records lie. */
export interface RecordStore {
  /** What sentences about it begin with: `recordings`, or `recordings[0]`. */
  readonly setting: string;
  /** Where all its writers have their directories. */
  readonly directory: string;
  /** Purposes of the keys that are made where none is given. */
  readonly keys: { readonly wrapping: string; readonly signing: string };
  readonly given: Pick<Settings['recordings'], 'key' | 'key-file' | 'former-keys' | 'durability' | 'retention'>;
  /** What concerns no agent is recorded here. */
  readonly isDefault: boolean;
  /** Whose records lie here; absent where it has those of all. */
  readonly entry?: RecordStoreSetting | undefined;
}

export type RecordSettings = Pick<Settings, 'data' | 'recordings'>;

/** Where records lie: in one place, or by the homes of the agents. */
export function recordStores({ data, recordings }: RecordSettings): readonly RecordStore[] {
  const own = join(data.directory, 'recordings');
  const keys = { wrapping: 'records', signing: 'checkpoints' };
  if (recordings.stores.length === 0) {
    return [{ setting: 'recordings', directory: own, keys, given: recordings, isDefault: true }];
  }
  return recordings.stores.map((entry, index) => ({
    setting: `recordings[${index}]`,
    directory: entry.directory,
    // Where everything lay before it was told apart, the keys stay what they were.
    keys: entry.directory === resolve(own) ? keys : keysOf(entry),
    given: {
      ...entry,
      durability: entry.durability ?? recordings.durability,
      retention: entry.retention ?? recordings.retention,
    },
    isDefault: entry.default,
    entry,
  }));
}

/** Where writers have their directories, in the order of the settings. */
export function recordDirectories(settings: RecordSettings): readonly string[] {
  return recordStores(settings).map(({ directory }) => directory);
}

function keysOf(entry: RecordStoreSetting): RecordStore['keys'] {
  const name = entry.for.toSorted().join('-').toLowerCase();
  return { wrapping: `records-${name}`, signing: `checkpoints-${name}` };
}
