/** Verifies the chains beside the thread that reads them: each takes as long as the other. */
import { chainStates, type ChainState } from './chain-states.ts';
import { answerFromThread, threadTask } from '../threads/in-thread.ts';
import type { RecordSource } from './record-source.ts';

answerFromThread(verify(threadTask() as RecordSource));

async function verify(source: RecordSource): Promise<readonly ChainState[]> {
  return await chainStates(source);
}
