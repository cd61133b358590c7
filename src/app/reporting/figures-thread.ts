/** Reads the figures of a report in a thread of its own: beside a gateway they take seconds that exchanges would wait. */
import type { ReportQuestion } from '../../reporting/fold/question.ts';
import { answerFromThread, threadTask } from '../threads/in-thread.ts';
import { readFigures, type ReadFigures } from './read-figures.ts';
import { checkedStores, type RecordSource } from './record-source.ts';

export interface FiguresTask {
  readonly source: RecordSource;
  readonly question: ReportQuestion;
}

answerFromThread(read(threadTask() as FiguresTask));

async function read({ source, question }: FiguresTask): Promise<ReadFigures> {
  return await readFigures(checkedStores(source), question);
}
