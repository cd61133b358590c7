/** Verifies all chains beside the exchanges that run, and tells how far it is. */
import { checkedStores, type RecordSource } from '../reporting/record-source.ts';
import { answerFromThread, tellFromThread, threadTask } from '../threads/in-thread.ts';
import { chainAnswer } from './chain-answer.ts';
import { checkRecords } from './check-records.ts';
import type { VerifyNews } from './audit-desk.ts';

/** Of the bytes of a chain; told more often, it is read less. */
const STEP = 0.01;

answerFromThread(verify(threadTask() as RecordSource));

async function verify(source: RecordSource): Promise<void> {
  for await (const check of checkRecords(checkedStores(source), { known: source.known, onProgress: inSteps() })) {
    // The keys of this installation verify signatures.
    tell({ kind: 'chain', ...chainAnswer(check, true) });
  }
}

function inSteps(): (writer: string, done: number, total: number) => void {
  const next = new Map<string, number>();
  return (writer, done, total) => {
    if (done < (next.get(writer) ?? 0)) return;
    next.set(writer, done + total * STEP);
    tell({ kind: 'progress', writer, done, total });
  };
}

function tell(news: VerifyNews): void {
  tellFromThread(news);
}
