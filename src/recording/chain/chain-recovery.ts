import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import type { NoteVerifier } from '../tree/signed-note.ts';
import type { Checkpoint } from '../tree/checkpoint.ts';
import { readLineTail } from '../segment/line-tail.ts';
import {
  beginSegment,
  continueSegment,
  type OpenSegment,
  type SegmentMeans,
  type SegmentPosition,
} from '../segment/open-segment.ts';
import { scanSegment, type ScannedSegment } from '../segment/scan-segment.ts';
import { segmentName, segmentNumbers } from '../segment/segment-names.ts';
import { ownCheckpoint } from './checkpoint-file.ts';
import { NOTHING_WRITTEN, type ChainPosition } from './chain-position.ts';

/** Where a writer goes on. */
export interface RecoveredChain {
  readonly chain: ChainPosition;
  readonly segment: OpenSegment;
  readonly position: SegmentPosition;
  /** What a crash left of a write, already cut off; 0 after an orderly end. */
  readonly tornBytes: Bytes;
  /** The segment is of an older version, or sealed under a key that is to be done with: the next record begins another one. */
  readonly isOutdated: boolean;
}

/** No crash leaves more than what was waiting to be synced. */
const MOST_TORN: Bytes = 16 * 1024 ** 2;

/**
 * The end of the chain of a writer, with what a crash tore off cut away, ready to be written to.
 * @failure audit_unavailable when the files cannot be read, or end in something that no crash explains
 */
export function recoverChain(means: SegmentMeans, verifier: NoteVerifier): Result<RecoveredChain, Failure> {
  const { directory, writer } = means;
  try {
    const checkpoint = ownCheckpoint(directory, writer, [verifier]);
    const recovered = typeof checkpoint === 'string' ? checkpoint : recover(means, checkpoint);
    if (typeof recovered !== 'string') return ok(recovered);
    const detail = `${recovered}, in ${directory}; put back what is missing, or move it away to begin a new chain`;
    return fail({ code: 'audit_unavailable', detail });
  } catch (error) {
    return fail({ code: 'audit_unavailable', detail: `Cannot open the record in ${directory}: ${String(error)}` });
  }
}

/** @returns a sentence where no crash explains what is there */
function recover(means: SegmentMeans, checkpoint: Checkpoint | undefined): RecoveredChain | string {
  const { directory, writer, wrapping, former, openFile } = means;
  const numbers = segmentNumbers(directory);
  const number = numbers.at(-1);
  if (number === undefined) return checkpoint === undefined ? begun(1, NOTHING_WRITTEN, means) : missing(0, checkpoint);
  const path = join(directory, segmentName(number));
  const scan = scanSegment(path, [wrapping, ...former], checkpoint?.size ?? 0);
  switch (scan.kind) {
    case 'broken':
      return `${segmentName(number)}: ${scan.reason}`;
    case 'headless': {
      // Nothing of it was acknowledged: the chain ends in the one before.
      unlinkSync(path);
      const before = recover(means, checkpoint);
      return typeof before === 'string' ? before : { ...before, tornBytes: before.tornBytes + scan.size };
    }
    case 'lines':
      return checkpoint === undefined ? recoverLines(number, means) : missing(0, checkpoint);
    case 'blocks': {
      const reason = unexplained(scan, { writer, checkpoint });
      if (reason !== undefined) return `${segmentName(number)}: ${reason}`;
      if (scan.torn > 0) cut(path, scan.position.size, openFile);
      const { chain, position, torn } = scan;
      const segment = continueSegment(number, scan, means);
      return { chain, position, segment, tornBytes: torn, isOutdated: scan.isOlder || scan.keyId !== wrapping.id };
    }
  }
}

/** What is signed was on the medium: a crash takes what came after it at most. */
export function unexplained(
  { writer: found, torn, chain, treeThen }: ScannedSegment,
  { writer, checkpoint }: { readonly writer: string; readonly checkpoint: Checkpoint | undefined },
): string | undefined {
  if (found !== writer) return `Found a segment of the writer "${found}", expected one of "${writer}", whose directory it is`;
  if (torn > MOST_TORN)
    return `Found ${torn} bytes that are no block of the record, expected at most ${MOST_TORN} after a crash`;
  if (checkpoint === undefined) return undefined;
  if (treeThen === undefined) return missing(chain.tree.size, checkpoint);
  return checkpoint.root.equals(treeThen.root()) ? undefined : 'Found other records than those of its checkpoint';
}

function missing(found: number, { size }: Checkpoint): string {
  return `Found ${found} heads and blocks, expected at least the ${size} that its checkpoint vouches for`;
}

/** After a segment of the first version, which is left as it is. */
function recoverLines(number: number, means: SegmentMeans): RecoveredChain | string {
  const { directory, writer, openFile } = means;
  const path = join(directory, segmentName(number));
  const tail = readLineTail(path, writer);
  if (tail?.head === undefined) return `${segmentName(number)} does not end in a record of "${writer}"`;
  if (tail.torn > 0) cut(path, tail.size, openFile);
  return { ...begun(number + 1, { ...NOTHING_WRITTEN, head: tail.head }, means), tornBytes: tail.torn };
}

function begun(number: number, from: ChainPosition, means: SegmentMeans): RecoveredChain {
  const { segment, position, tree } = beginSegment(number, from, means);
  return { chain: { head: from.head, tree }, segment, position, tornBytes: 0, isOutdated: false };
}

function cut(path: string, size: Bytes, openFile: SegmentMeans['openFile']): void {
  const file = openFile(path, 'continue');
  try {
    file.truncate(size);
  } finally {
    file.close();
  }
}
