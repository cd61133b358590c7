import { join } from 'node:path';
import type { WrappingKey } from '../keys/record-keys.ts';
import type { BlockOpener } from '../segment/block.ts';
import { readSegment } from '../segment/read-segment.ts';
import { blockOpener } from '../segment/segment-key.ts';
import { segmentName, segmentNumbers } from '../segment/segment-names.ts';

/** A segment cannot be read on: it was changed, is cut, or none of the keys opens it. `verifyChain` says more. */
export class UnreadableSegment extends Error {
  override readonly name = 'UnreadableSegment';
}

/** What is read. */
export interface ReadFrom {
  /** Number of the first segment that is read; default the first there is. */
  readonly segment?: number;
  /** Number of the last one; default the last there is. */
  readonly until?: number;
}

/**
 * The records of one writer in order, in the lines they were written in, without newlines; those of a block together. A last
 * block that is being written is left out.
 * @param directory of one writer
 * @throws UnreadableSegment
 */
export async function* readLines(
  directory: string,
  wrapping: readonly WrappingKey[],
  from: ReadFrom = {},
): AsyncGenerator<readonly Buffer[]> {
  for await (const lines of readBlocks(directory, wrapping, from)) yield splitLines(lines);
}

/** The same, block by block as they were sealed: whole lines, each with its newline. */
export async function* readBlocks(
  directory: string,
  wrapping: readonly WrappingKey[],
  { segment: first = 0, until = Number.POSITIVE_INFINITY }: ReadFrom = {},
): AsyncGenerator<Buffer> {
  const numbers = segmentNumbers(directory);
  for (const number of numbers) {
    if (number < first || number > until) continue;
    yield* blocksOf(join(directory, segmentName(number)), wrapping, number === numbers.at(-1));
  }
}

const NEWLINE = 0x0a;

async function* blocksOf(path: string, wrapping: readonly WrappingKey[], isLast: boolean): AsyncGenerator<Buffer> {
  let opener: BlockOpener | undefined;
  let index = 0;
  for await (const part of readSegment(path)) {
    switch (part.kind) {
      case 'broken':
        // Its writer is in the middle of it, or a crash was.
        if (isLast) return;
        throw new UnreadableSegment(`${path}: ${part.reason}`);
      case 'line':
        yield Buffer.concat([part.bytes, Buffer.of(NEWLINE)]);
        break;
      case 'header': {
        const opened = blockOpener(part.header, part.bytes, wrapping);
        if (typeof opened === 'string') throw new UnreadableSegment(`${path}: ${opened}`);
        opener = opened;
        break;
      }
      case 'removed':
        index += 1;
        break;
      case 'block': {
        const lines = opener?.open(index++, part.bytes, part.head);
        if (lines === undefined) throw new UnreadableSegment(`${path}: Found a block that was changed, or belongs elsewhere`);
        yield lines;
      }
    }
  }
}

/** Lines that each end in a newline, without it. */
export function splitLines(lines: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let from = 0, to = lines.indexOf(NEWLINE); to >= 0; from = to + 1, to = lines.indexOf(NEWLINE, from))
    found.push(lines.subarray(from, to));
  return found;
}
