import { openRecord } from '../../app/records/open-record.ts';
import { systemClock, systemRandom } from '../../app/system.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { adminEvent, type RecordAdmin } from '../../core/people/admin-entry.ts';
import type { OpenJournal } from '../../recording/journal.ts';
import type { Database } from '../../store/database.ts';
import { type CommandContext, give, settingsFor } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openLocalStore } from '../local/local-store.ts';

/** Record and store of this installation. */
export interface LocalRecord {
  readonly settings: Settings;
  readonly database: Database;
  readonly journal: OpenJournal;
  readonly record: RecordAdmin;
}

/** Does something with record and store of this installation; beside a running gateway, in a chain of its own. */
export async function withLocalRecord(
  context: CommandContext,
  act: (local: LocalRecord) => Promise<ExitCode>,
): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const opened = await openRecord(settings, { clock: systemClock, random: systemRandom, onError: () => {} });
  if (!opened.ok) return give(context, EXIT.failed, opened.failure.detail);
  await using journal = opened.value;
  const store = await openLocalStore(settings);
  if (!store.ok) return give(context, EXIT.failed, store.failure);
  await using database = store.value;
  const record: RecordAdmin = (entry) => journal.append(adminEvent(entry));
  return await act({ settings, database, journal, record });
}
