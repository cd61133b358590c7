/** Verifies all chains beside the exchanges that run, and tells how far it is. */
import { chainsBelow } from '../records/stores/chains-below.ts';
import { keysOf, type RecordSource } from '../reporting/record-source.ts';
import { answerFromThread, tellFromThread, threadTask } from '../threads/in-thread.ts';
import { chainAnswer } from './chain-answer.ts';
import { checkChain } from './check-chain.ts';
import type { VerifyNews } from './audit-desk.ts';

/** Of the bytes of a chain; told more often, it is read less. */
const STEP = 0.01;

answerFromThread(verify(threadTask() as RecordSource));

async function verify(source: RecordSource): Promise<void> {
  const keys = keysOf(source);
  for (const directory of chainsBelow(source.directories)) {
    const check = await checkChain(directory, { keys, onProgress: inSteps() });
    tell({ kind: 'chain', ...chainAnswer(check, keys.verifiers.length > 0) });
  }
}

function inSteps(): (writer: string, done: number, total: number) => void {
  let next = 0;
  return (writer, done, total) => {
    if (done < next) return;
    next = done + total * STEP;
    tell({ kind: 'progress', writer, done, total });
  };
}

function tell(news: VerifyNews): void {
  tellFromThread(news);
}
