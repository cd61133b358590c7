import { basename, join } from 'node:path';
import type { ReadingKeys } from '../keys/record-keys.ts';
import type { Checkpoint } from '../tree/checkpoint.ts';
import { scanSegment } from '../segment/scan-segment.ts';
import { removedNumbers, segmentName, segmentNumbers } from '../segment/segment-names.ts';
import { unexplained } from './chain-recovery.ts';
import { ownCheckpoint } from './checkpoint-file.ts';

/**
 * What is wrong with a chain as far as a look at its names and its end tells, in a sentence; undefined where that is nothing. Whether
 * everything else is whole only `verifyChain()` says. Throws what the operating system reports.
 * @param directory of one writer
 * @param isIdle nobody writes it meanwhile: its end is looked at too
 */
export function surveyChain(directory: string, keys: ReadingKeys, isIdle: boolean): string | undefined {
  const removed = new Set(removedNumbers(directory));
  const segments = segmentNumbers(directory);
  const last = Math.max(0, ...segments, ...removed);
  const there = new Set(segments);
  for (let number = 1; number <= last; number++) {
    if (!there.has(number) && !removed.has(number))
      return `Found no ${segmentName(number)}, expected all from ${segmentName(1)} to ${segmentName(last)}`;
  }
  // Of a chain whose end retention has removed nothing is left to be looked at.
  if (!isIdle || removed.has(last)) return undefined;
  const checkpoint = ownCheckpoint(directory, basename(directory), keys.verifiers);
  return typeof checkpoint === 'string' ? checkpoint : endProblem(directory, { segments, checkpoint, ...keys });
}

interface End extends Pick<ReadingKeys, 'wrapping'> {
  readonly segments: readonly number[];
  readonly checkpoint: Checkpoint | undefined;
}

function endProblem(directory: string, { segments, checkpoint, wrapping }: End): string | undefined {
  const last = segments.at(-1);
  if (last === undefined) {
    return checkpoint === undefined ? undefined : 'Found a checkpoint alone, expected the segments that it vouches for';
  }
  const name = segmentName(last);
  const scan = scanSegment(join(directory, name), wrapping, checkpoint?.size ?? 0);
  switch (scan.kind) {
    case 'lines':
      return undefined;
    case 'headless':
      if (scan.size > 0) return `${name}: ${torn(scan.size)}`;
      // As a crash leaves it that came before the first byte.
      return endProblem(directory, { segments: segments.slice(0, -1), checkpoint, wrapping });
    case 'broken':
      return `${name}: ${scan.reason}`;
    case 'blocks': {
      const problem =
        unexplained(scan, { writer: basename(directory), checkpoint }) ?? (scan.torn > 0 ? torn(scan.torn) : undefined);
      return problem === undefined ? undefined : `${name}: ${problem}`;
    }
  }
}

const torn = (bytes: number): string => `Found ${bytes} bytes of a write that a crash tore off, and nobody has gone on since`;
