import type { Settings } from '../../config/settings-schema.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { retentionTerms } from '../../recording/retention/retention-terms.ts';
import { KeyError } from '../../store/keys.ts';
import { createContentKeyRepository } from '../../store/records/content-key-repository.ts';
import { createLegalHoldRepository } from '../../store/records/legal-hold-repository.ts';
import type { Database } from '../../store/database.ts';
import type { Log } from '../../telemetry/log.ts';
import type { State } from '../state.ts';
import { systemRandom } from '../system.ts';
import { recordingsDirectory } from './open-record.ts';
import { localReadingKeys } from './record-keys.ts';
import { type RetentionParts, watchRecordRetention } from './record-retention.ts';

/**
 * What retention needs of an installation.
 * @failure a sentence: the terms contradict each other, or a key cannot be had
 */
export async function retentionParts(
  settings: Pick<Settings, 'data' | 'recordings'>,
  { db }: Pick<Database, 'db'>,
  parts: Pick<RetentionParts, 'clock' | 'journal' | 'actor'>,
): Promise<Result<RetentionParts, string>> {
  const terms = retentionTerms(settings.recordings.retention);
  if (!terms.ok) return terms;
  try {
    const { wrapping } = await localReadingKeys(settings);
    return ok({
      directory: recordingsDirectory(settings),
      terms: terms.value,
      wrapping,
      holds: createLegalHoldRepository(db),
      keys: createContentKeyRepository(db),
      random: systemRandom,
      ...parts,
    });
  } catch (error) {
    if (error instanceof KeyError) return fail(error.message);
    throw error;
  }
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
