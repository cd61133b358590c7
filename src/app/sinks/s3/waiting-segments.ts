import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '../../../core/units.ts';
import { segmentBegan } from '../../../recording/segment/segment-began.ts';
import { segmentName, segmentNumbers } from '../../../recording/segment/segment-names.ts';
import { readCursor } from '../chain-cursor.ts';
import type { SinkWaiting } from '../sink-watch.ts';

/** The chain of one writer, as far as its segments are put into a bucket. */
export interface UploadedChain {
  readonly directory: string;
  readonly cursorFile: string;
  /** The segment that is written now; absent where another process writes the chain, or nobody: then it is the last. */
  readonly open: number | undefined;
}

/** The segments that are finished and not in the bucket, ascending. Throws what the operating system reports. */
export function finishedSegments({ directory, cursorFile, open }: UploadedChain): readonly number[] {
  const numbers = segmentNumbers(directory);
  const end = open ?? numbers.at(-1) ?? 0;
  // Of this kind of sink the cursor counts segments alone.
  const done = readCursor(cursorFile).taken?.segment ?? 0;
  return numbers.filter((each) => each > done && each < end);
}

/** What waits of all chains. Throws what the operating system reports. */
export function waitingSegments(chains: readonly UploadedChain[]): SinkWaiting {
  let [bytes, segments] = [0, 0];
  let oldest: Instant | undefined;
  for (const chain of chains) {
    const numbers = finishedSegments(chain);
    if (numbers.length === 0) continue;
    segments += numbers.length;
    for (const number of numbers) bytes += sizeOf(join(chain.directory, segmentName(number)));
    const finished = finishedAt(chain.directory, numbers[0]!);
    oldest = Math.min(oldest ?? finished, finished);
  }
  return { records: 0, bytes, segments, oldest };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** A segment is finished when the next one is begun; one of which that cannot be told, when it was written last. */
function finishedAt(directory: string, number: number): Instant {
  const next = segmentNumbers(directory).find((each) => each > number);
  const began = next === undefined ? undefined : segmentBegan(join(directory, segmentName(next)));
  return began ?? statSync(join(directory, segmentName(number))).mtimeMs;
}
