/** Looks at the ends of chains that this process does not write, beside the exchanges that run. */
import { basename, dirname } from 'node:path';
import { surveyChain } from '../../recording/chain/survey-chain.ts';
import { claimWriter } from '../../recording/chain/writer-claim.ts';
import { readAuditKey } from '../../recording/keys/audit-key.ts';
import type { ReadingKeys } from '../../recording/keys/record-keys.ts';
import { systemRandom } from '../system.ts';
import { answerFromThread, threadTask } from '../threads/in-thread.ts';

export interface SurveyTask {
  /** Of one writer each. */
  readonly directories: readonly string[];
  /** The file that opens them, as `readAuditKey()` takes it. */
  readonly auditKey: Uint8Array;
}

export interface SurveyedChain {
  readonly directory: string;
  /** What is wrong with it, as far as a look tells; undefined where that is nothing. */
  readonly detail: string | undefined;
}

answerFromThread(Promise.try(() => survey(threadTask() as SurveyTask)));

function survey({ directories, auditKey }: SurveyTask): readonly SurveyedChain[] {
  const keys = readAuditKey(Buffer.from(auditKey));
  if (typeof keys === 'string') throw new Error(keys);
  return directories.map((directory) => ({ directory, detail: problemOf(directory, keys) }));
}

function problemOf(directory: string, keys: ReadingKeys): string | undefined {
  // Held meanwhile, so that nobody goes on with it; what another process holds it has looked at itself.
  const claim = claimWriter(dirname(directory), systemRandom, basename(directory));
  using idle = claim.ok ? claim.value : undefined;
  try {
    return surveyChain(directory, keys, idle !== undefined);
  } catch (error) {
    return `It cannot be looked at: ${(error as Error).message}`;
  }
}
