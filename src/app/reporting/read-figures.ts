import { basename } from 'node:path';
import { readBlocks, UnreadableSegment } from '../../recording/reading/read-lines.ts';
import { segmentsSince } from '../../recording/reading/segments-since.ts';
import type { ReportQuestion } from '../../reporting/fold/question.ts';
import { ReportFold } from '../../reporting/fold/report-fold.ts';
import type { Figures } from '../../reporting/report.ts';
import { chainsBelow } from '../records/stores/chains-below.ts';
import type { CheckedStore } from '../verifying/check-records.ts';
import type { UnreadSegment } from './record-source.ts';

export interface ReadFigures {
  readonly figures: Figures;
  /** Segments that could not be read to their end: of one the figures have what stands before. */
  readonly unread: readonly UnreadSegment[];
}

/**
 * The figures of all writers in these stores. A segment that was changed is named and stepped over: it must not hide those
 * behind it. Rejects with what the operating system reports.
 */
export async function readFigures(stores: readonly CheckedStore[], question: ReportQuestion): Promise<ReadFigures> {
  const fold = new ReportFold(question);
  const unread: UnreadSegment[] = [];
  const wrapping = stores.flatMap(({ keys }) => keys.wrapping);
  for (const writer of chainsBelow(stores.map(({ directory }) => directory))) {
    fold.begin(basename(writer));
    for (const segment of segmentsSince(writer, question.since)) {
      try {
        for await (const lines of readBlocks(writer, wrapping, { segment, until: segment })) foldLines(lines, fold);
      } catch (error) {
        if (!(error instanceof UnreadableSegment)) throw error;
        unread.push({ writer: basename(writer), reason: error.message });
      }
    }
  }
  return { figures: fold.figures(), unread };
}

const NEWLINE = 0x0a;

function foldLines(lines: Buffer, fold: ReportFold): void {
  for (let from = 0, to = lines.indexOf(NEWLINE); to >= 0; from = to + 1, to = lines.indexOf(NEWLINE, from))
    fold.line(lines.toString('latin1', from, to));
}
