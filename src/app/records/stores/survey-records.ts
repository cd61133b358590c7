import { basename } from 'node:path';
import { surveyChain } from '../../../recording/chain/survey-chain.ts';
import type { OpenJournal } from '../../../recording/journal.ts';
import type { Log } from '../../../telemetry/log.ts';
import { inThread } from '../../threads/in-thread.ts';
import { localAuditKey, readingKeysOf } from '../record-keys.ts';
import type { SurveyTask, SurveyedChain } from '../survey-thread.ts';
import { chainsBelow } from './chains-below.ts';
import { recordStores, type RecordSettings } from './record-stores.ts';

export interface SurveyParts {
  readonly settings: RecordSettings;
  /** That this process writes: their ends it has seen when it opened them. */
  readonly journals: readonly Pick<OpenJournal, 'writer'>[];
  readonly log: Pick<Log, 'warn'>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Warns of every chain, also of writers that are no more, of which segments are missing, or whose end is torn or gone. A look, beside
 * the exchanges that run: nothing is refused for it, and nothing changed. The last segments of others are read in a thread, since
 * each takes up to a third of a second.
 */
export async function surveyRecords({ settings, journals, log, signal }: SurveyParts): Promise<void> {
  const own = new Set(journals.map(({ writer }) => writer));
  const found: SurveyedChain[] = [];
  for (const store of recordStores(settings)) {
    const keys = await readingKeysOf(settings, store);
    const others: string[] = [];
    for (const directory of chainsBelow([store.directory])) {
      if (own.has(basename(directory))) found.push({ directory, detail: surveyChain(directory, keys, false) });
      else others.push(directory);
    }
    const auditKey = await localAuditKey(settings, store.directory);
    if (others.length === 0 || auditKey === undefined) continue;
    const task: SurveyTask = { directories: others, auditKey: Buffer.from(auditKey) };
    found.push(...(await inThread<readonly SurveyedChain[]>('records/survey', task, { signal })));
  }
  for (const { directory, detail } of found) {
    if (detail === undefined) continue;
    const writer = basename(directory);
    log.warn({ writer, directory, detail }, 'A part of the record is missing or torn: cordon verify says more');
  }
}
