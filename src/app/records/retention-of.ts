import type { Settings } from '../../config/settings-schema.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { retentionTerms, type RetentionTerms } from '../../recording/retention/retention-terms.ts';
import { KeyError } from '../../store/keys.ts';
import { createContentKeyRepository } from '../../store/records/content-key-repository.ts';
import { createLegalHoldRepository } from '../../store/records/legal-hold-repository.ts';
import type { Database } from '../../store/database.ts';
import type { Log } from '../../telemetry/log.ts';
import type { State } from '../state.ts';
import { systemRandom } from '../system.ts';
import { recordKeys } from './record-keys.ts';
import { recordStores, type RecordSettings, type RecordStore } from './stores/record-stores.ts';
import { type RetentionParts, type RetentionStore, watchRecordRetention } from './record-retention.ts';

/**
 * What retention needs of an installation.
 * @failure a sentence: the terms contradict each other, or a key cannot be had
 */
export async function retentionParts(
  settings: RecordSettings,
  { db }: Pick<Database, 'db'>,
  parts: Pick<RetentionParts, 'clock' | 'journal' | 'actor'>,
): Promise<Result<RetentionParts, string>> {
  try {
    const stores: (RetentionStore & Pick<RecordStore, 'entry'>)[] = [];
    for (const store of recordStores(settings)) {
      const terms = retentionTerms(store.given.retention, store.setting);
      if (!terms.ok) return terms;
      const { wrapping, former, signer } = await recordKeys(settings, store, systemRandom);
      stores.push({
        directory: store.directory,
        terms: terms.value,
        wrapping: [wrapping, ...former],
        signer,
        entry: store.entry,
      });
    }
    const terms = sharedTerms(stores);
    if (!terms.ok) return terms;
    const [holds, keys] = [createLegalHoldRepository(db), createContentKeyRepository(db)];
    return ok({ stores, terms: terms.value, holds, keys, random: systemRandom, ...parts });
  } catch (error) {
    if (error instanceof KeyError) return fail(error.message);
    throw error;
  }
}

/**
 * What one can tell by the name of a home: that of a store is kept as the store says, and one that no store is named after as long
 * as any store would have it.
 */
function sharedTerms(stores: readonly (RetentionStore & Pick<RecordStore, 'entry'>)[]): Result<RetentionTerms, string> {
  const longest = (of: 'metadata' | 'content' | 'admin'): number => Math.max(...stores.map(({ terms }) => terms[of]));
  const homes = Object.fromEntries([
    ...stores.flatMap(({ terms }) => [...terms.homes]),
    ...stores.flatMap(({ terms, entry }) =>
      entry === undefined ? [] : [[entry.for.join('+'), ownTerms(terms, entry)] as const],
    ),
  ]);
  return retentionTerms({ metadata: longest('metadata'), content: longest('content'), admin: longest('admin'), homes });
}

function ownTerms(
  { metadata, content, homes }: RetentionTerms,
  entry: NonNullable<RecordStore['entry']>,
): Pick<RetentionTerms, 'metadata' | 'content'> {
  return homes.get(entry.for.join('+')) ?? { metadata, content };
}

/** Has a running gateway do it by itself; the record has been opened with these settings, so that they are right. */
export function watchRetentionOf(parts: {
  readonly settings: Settings;
  readonly state: State;
  readonly clock: Clock;
  readonly log: Log;
}): Disposable {
  const { settings, state, clock, log } = parts;
  const { journal, database, index } = state;
  const resources = new DisposableStack();
  void retentionParts(settings, database, { clock, journal, actor: 'cordon' }).then((found) => {
    if (!found.ok) return log.error({ detail: found.failure }, 'Old records cannot be removed');
    // A gateway that was stopped meanwhile removes nothing more.
    if (!resources.disposed) resources.use(watchRecordRetention({ ...found.value, index: index?.writer, log }));
  });
  return resources;
}
