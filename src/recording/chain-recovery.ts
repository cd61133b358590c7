import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../core/codes.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Bytes } from '../core/units.ts';
import { CHAIN_START, type ChainHead } from './chain.ts';
import type { OpenSegment, SegmentFile } from './segment-file.ts';
import { readSegmentTail, segmentName, segmentNumbers } from './segment-tail.ts';

/** Where a writer goes on. */
export interface RecoveredChain {
  readonly head: ChainHead;
  readonly number: number;
  readonly size: Bytes;
  readonly segment: SegmentFile;
  /** What a crash left of a write, already cut off; 0 after an orderly end. */
  readonly tornBytes: Bytes;
}

/**
 * The end of the chain of `writer`, with the torn line of a crash cut off, ready to be written to.
 * @failure audit_unavailable when the files cannot be read, or end in something that no crash explains
 */
export function recoverChain(directory: string, writer: string, openSegment: OpenSegment): Result<RecoveredChain, Failure> {
  try {
    return recover(directory, writer, openSegment);
  } catch (error) {
    return fail({ code: 'audit_unavailable', detail: `Cannot open the record in ${directory}: ${String(error)}` });
  }
}

function recover(directory: string, writer: string, openSegment: OpenSegment): Result<RecoveredChain, Failure> {
  const numbers = segmentNumbers(directory);
  const number = numbers.at(-1) ?? 1;
  let tornBytes = 0;
  let head = CHAIN_START;
  // A crash right after a rotation leaves an empty last segment: the head is then in the one before.
  for (const candidate of numbers.toReversed()) {
    const path = join(directory, segmentName(candidate));
    const tail = readSegmentTail(path, writer);
    if (tail === undefined) {
      return fail({
        code: 'audit_unavailable',
        detail: `${path} does not end in a record of "${writer}"; move it away to go on`,
      });
    }
    if (tail.torn > 0) cut(openSegment(path, 'continue'), tail.size);
    tornBytes += tail.torn;
    if (tail.head !== undefined) {
      head = tail.head;
      break;
    }
  }
  const path = join(directory, segmentName(number));
  const segment = openSegment(path, numbers.length === 0 ? 'create' : 'continue');
  return ok({ head, number, size: statSync(path).size, segment, tornBytes });
}

function cut(segment: SegmentFile, size: Bytes): void {
  try {
    segment.truncate(size);
  } finally {
    segment.close();
  }
}
