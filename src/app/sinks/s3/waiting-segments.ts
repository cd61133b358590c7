import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes, Instant } from '../../../core/units.ts';
import { readSegmentBegan } from '../../../recording/segment/segment-began.ts';
import { readSegmentNumbers, segmentName } from '../../../recording/segment/segment-names.ts';
import { readCursor } from '../chain-cursor.ts';
import type { SinkWaiting } from '../sink-watch.ts';

/** The chain of one writer, as far as its segments are put into a bucket. */
export interface UploadedChain {
  readonly directory: string;
  readonly cursorFile: string;
  /** The segment that is written now; absent where another process writes the chain, or nobody: then it is the last. */
  readonly open: number | undefined;
}

/** The segments that are finished and not in the bucket, ascending. Rejects with what the operating system reports. */
export async function finishedSegments(chain: UploadedChain): Promise<readonly number[]> {
  return finishedOf(await readSegmentNumbers(chain.directory), chain);
}

function finishedOf(numbers: readonly number[], { cursorFile, open }: UploadedChain): readonly number[] {
  const end = open ?? numbers.at(-1) ?? 0;
  // Of this kind of sink the cursor counts segments alone.
  const done = readCursor(cursorFile).taken?.segment ?? 0;
  return numbers.filter((each) => each > done && each < end);
}

/**
 * Looks at what waits beside the event loop. Where a bucket is away for weeks thousands of segments wait: the length of each is
 * asked for once, since none of them changes.
 */
export class WaitingSegments {
  /** Of those that waited at the last look, by path. */
  #sizes: ReadonlyMap<string, Bytes> = new Map();

  /** What waits of all chains. Rejects with what the operating system reports. */
  async look(chains: readonly UploadedChain[]): Promise<SinkWaiting> {
    const sizes = new Map<string, Bytes>();
    let oldest: Instant | undefined;
    for (const chain of chains) {
      const numbers = await readSegmentNumbers(chain.directory);
      const waiting = finishedOf(numbers, chain);
      if (waiting.length === 0) continue;
      for (const number of waiting) {
        const path = join(chain.directory, segmentName(number));
        sizes.set(path, this.#sizes.get(path) ?? (await sizeOf(path)));
      }
      const finished = await finishedAt(chain.directory, waiting[0]!, numbers);
      oldest = Math.min(oldest ?? finished, finished);
    }
    this.#sizes = sizes;
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    return { records: 0, bytes, segments: sizes.size, oldest };
  }
}

async function sizeOf(path: string): Promise<Bytes> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    // Retention has removed it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** A segment is finished when the next one is begun; one of which that cannot be told, when it was written last. */
async function finishedAt(directory: string, number: number, numbers: readonly number[]): Promise<Instant> {
  const next = numbers.find((each) => each > number);
  const began = next === undefined ? undefined : await readSegmentBegan(join(directory, segmentName(next)));
  return began ?? (await stat(join(directory, segmentName(number)))).mtimeMs;
}
