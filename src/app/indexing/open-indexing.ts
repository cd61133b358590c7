import type { Settings } from '../../config/settings-schema.ts';
import type { EventBus } from '../../core/ports.ts';
import type { OpenJournal } from '../../recording/journal.ts';
import type { Log } from '../../telemetry/log.ts';
import { recordingsDirectory } from '../records/open-record.ts';
import { localReadingKeys } from '../records/record-keys.ts';
import { ExchangeIndexing } from './exchange-indexing.ts';
import type { OpenIndex } from './open-index.ts';

/** Begins to keep the index up with the record; undefined where `recordings.index` is off. */
export async function openIndexing(
  settings: Settings,
  parts: {
    readonly state: { readonly index: OpenIndex | undefined; readonly journal: OpenJournal };
    readonly events: EventBus;
    readonly log: Log;
  },
): Promise<AsyncDisposable | undefined> {
  const { state, events, log } = parts;
  if (state.index === undefined) return undefined;
  const keys = await localReadingKeys(settings);
  return new ExchangeIndexing({
    directory: recordingsDirectory(settings),
    journal: state.journal,
    index: state.index.writer,
    wrapping: keys.wrapping,
    events,
    log,
  });
}
