import type { Settings } from '../../config/settings-schema.ts';
import type { Failure } from '../../core/codes.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { openJournal, type OpenJournal } from '../../recording/journal.ts';
import type { RecordKeys } from '../../recording/keys/record-keys.ts';
import { retentionTerms } from '../../recording/retention/retention-terms.ts';
import { createShelves } from '../../recording/retention/shelves.ts';
import { KeyError } from '../../store/keys.ts';
import { recordKeys } from './record-keys.ts';
import type { RecordStore } from './stores/record-stores.ts';
import { storeDirectories } from './stores/store-directories.ts';

/** How old a segment becomes that a sink waits for. */
const SEGMENT_AGE: Milliseconds = 3_600_000;

export interface RecordParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Told of every failed write. */
  readonly onError: (failure: Failure) => void;
}

type RecordSettings = Pick<Settings, 'data' | 'recordings' | 'sinks'>;

/**
 * The record of these settings, as commands write it: what they do concerns no agent. Beside a running gateway they get a chain of
 * their own.
 *
 * @failure audit_unavailable when the directory or one of the keys cannot be used
 */
export async function openRecord(settings: RecordSettings, parts: RecordParts): Promise<Result<OpenJournal, Failure>> {
  const stores = storeDirectories(settings);
  if (!stores.ok) return fail({ code: 'audit_unavailable', detail: stores.failure });
  return openStoreJournal(
    stores.value.find(({ isDefault }) => isDefault)!,
    settings,
    parts,
  );
}

/**
 * A chain in one of the stores.
 * @failure audit_unavailable when the directory or one of the keys cannot be used
 */
export async function openStoreJournal(
  store: RecordStore,
  settings: RecordSettings,
  { clock, random, onError }: RecordParts,
): Promise<Result<OpenJournal, Failure>> {
  const { durability, retention } = store.given;
  const terms = retentionTerms(retention, store.setting);
  if (!terms.ok) return fail({ code: 'audit_unavailable', detail: terms.failure });
  const keys = await openKeys(settings, store, random);
  if (!keys.ok) return keys;
  const { directory } = store;
  const shelfOf = createShelves(terms.value);
  // Segments are copied when they are finished.
  const segmentAge = settings.sinks.some(({ type }) => type === 's3') ? SEGMENT_AGE : undefined;
  return openJournal({ directory, clock, random, keys: keys.value, durability, shelfOf, segmentAge, onError });
}

async function openKeys(settings: RecordSettings, store: RecordStore, random: Random): Promise<Result<RecordKeys, Failure>> {
  try {
    return ok(await recordKeys(settings, store, random));
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    return fail({ code: 'audit_unavailable', detail: error.message });
  }
}
