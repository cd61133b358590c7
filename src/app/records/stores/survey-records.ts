import { setImmediate as nextTurn } from 'node:timers/promises';
import { basename, dirname } from 'node:path';
import type { Random } from '../../../core/ports.ts';
import { surveyChain } from '../../../recording/chain/survey-chain.ts';
import { claimWriter } from '../../../recording/chain/writer-claim.ts';
import type { ReadingKeys } from '../../../recording/keys/record-keys.ts';
import type { OpenJournal } from '../../../recording/journal.ts';
import type { Log } from '../../../telemetry/log.ts';
import { readingKeysOf } from '../record-keys.ts';
import { chainsBelow } from './chains-below.ts';
import { recordStores, type RecordSettings } from './record-stores.ts';

export interface SurveyParts {
  readonly settings: RecordSettings;
  /** That this process writes: their ends it has seen when it opened them. */
  readonly journals: readonly Pick<OpenJournal, 'writer'>[];
  readonly random: Random;
  readonly log: Pick<Log, 'warn'>;
}

/**
 * Warns of every chain, also of writers that are no more, of which segments are missing, or whose end is torn or gone. A look, beside
 * the exchanges that run: nothing is refused for it, and nothing changed.
 */
export async function surveyRecords({ settings, journals, random, log }: SurveyParts): Promise<void> {
  const own = new Set(journals.map(({ writer }) => writer));
  for (const store of recordStores(settings)) {
    const keys = await readingKeysOf(settings, store);
    for (const directory of chainsBelow([store.directory])) {
      await nextTurn();
      const writer = basename(directory);
      const detail = problemOf(directory, keys, own.has(writer) ? undefined : random);
      if (detail === undefined) continue;
      log.warn({ writer, directory, detail }, 'A part of the record is missing or torn: cordon verify says more');
    }
  }
}

/** @param random absent where this process writes the chain */
function problemOf(directory: string, keys: ReadingKeys, random: Random | undefined): string | undefined {
  // Held meanwhile, so that nobody goes on with it; what another process holds it has looked at itself.
  const claim = random === undefined ? undefined : claimWriter(dirname(directory), random, basename(directory));
  using idle = claim?.ok === true ? claim.value : undefined;
  try {
    return surveyChain(directory, keys, idle !== undefined);
  } catch (error) {
    return `It cannot be looked at: ${(error as Error).message}`;
  }
}
