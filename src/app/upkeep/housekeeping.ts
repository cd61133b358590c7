import type { Milliseconds } from '../../core/units.ts';
import { watchRetentionOf } from '../records/retention-of.ts';
import { surveyRecords } from '../records/stores/survey-records.ts';
import { watchWriters } from '../records/stores/watch-writers.ts';
import { createEndingStore } from '../../store/upkeep/ending-store.ts';
import { createLimitRepository } from '../../store/fleet/limit-repository.ts';
import { systemRandom } from '../system.ts';
import { watchApprovalRetention } from './approval-retention.ts';
import { watchEndings } from './endings.ts';
import type { UpkeepParts } from './upkeep.ts';

/** How often values whose time is over are removed. */
const PURGE_INTERVAL: Milliseconds = 3_600_000;

/** Ends and removes what is past its time in what all processes of a gateway share: one of them does it. */
export function keepHouse(parts: Pick<UpkeepParts, 'settings' | 'clock' | 'log' | 'state'>): Disposable {
  const { settings, clock, log, state } = parts;
  const { journal, holds, content } = state;
  using resources = new DisposableStack();
  resources.use(watchEndings({ approvals: holds.approvals, endings: createEndingStore(state.database.db), clock }));
  resources.use(watchApprovalRetention({ ...holds, retention: settings.approvals.retention, clock, journal, log }));
  const over = new AbortController();
  resources.defer(() => over.abort());
  void survey(parts, over.signal);
  resources.use(watchWriters({ settings, clock, log, random: systemRandom }));
  resources.use(watchRetentionOf(parts));
  const limits = createLimitRepository(state.database.db, clock);
  const purge = async (): Promise<void> => {
    const purged = await content.vault.purge();
    if (!purged.ok) log.error({ detail: purged.failure.detail }, 'Expired values of tokens could not be removed');
    // By a clock that may be ahead of that of the store; and what could not be removed is removed the next time.
    await limits.purge(clock.now() - PURGE_INTERVAL);
  };
  const timer = setInterval(() => void purge(), PURGE_INTERVAL);
  timer.unref();
  resources.defer(() => clearInterval(timer));
  return resources.move();
}

async function survey({ settings, log, state }: Parameters<typeof keepHouse>[0], signal: AbortSignal): Promise<void> {
  try {
    await surveyRecords({ settings, log, journals: state.records.journals, signal });
  } catch (error) {
    if (signal.aborted) return;
    log.warn({ detail: String(error) }, 'Nobody could look whether the record is whole: cordon verify says more');
  }
}
