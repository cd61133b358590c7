import type { Settings } from '../../config/settings-schema.ts';
import type { EventBus } from '../../core/ports.ts';
import type { Log } from '../../telemetry/log.ts';
import { localReadingKeys } from '../records/record-keys.ts';
import type { Records } from '../records/stores/open-records.ts';
import { recordDirectories } from '../records/stores/record-stores.ts';
import { ExchangeIndexing } from './exchange-indexing.ts';
import type { OpenIndex } from './open-index.ts';
import type { FollowedChains } from './writers-in.ts';

/** Begins to keep the index up with the record; undefined where `recordings.index` is off. */
export async function openIndexing(
  settings: Settings,
  parts: {
    readonly state: { readonly index: OpenIndex | undefined; readonly records: Pick<Records, 'journals'> };
    readonly events: EventBus;
    readonly log: Log;
    readonly leaves?: FollowedChains['leaves'];
  },
): Promise<AsyncDisposable | undefined> {
  const { state, events, log, leaves } = parts;
  if (state.index === undefined) return undefined;
  const keys = await localReadingKeys(settings);
  return new ExchangeIndexing({
    directories: recordDirectories(settings),
    journals: state.records.journals,
    index: state.index.writer,
    wrapping: keys.wrapping,
    events,
    log,
    leaves,
  });
}
