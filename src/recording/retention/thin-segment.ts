import { open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { WrappingKey } from '../keys/record-keys.ts';
import type { BlockOpener } from '../segment/block.ts';
import { readSegment, type SegmentPart } from '../segment/read-segment.ts';
import { blockOpener } from '../segment/segment-key.ts';
import { leafHashOf } from '../tree/merkle-tree.ts';

/** Of a segment that is being made anew; left behind by a crash, it is written over or removed with the segment. */
export const DRAFT_SUFFIX = '.new';

/**
 * Removes blocks from a segment that nobody writes to. Of each stay its head, its hash and a seal; everything else stays where
 * it was, with nothing between (a hole, where the file system has them), so that no place in it has to be found anew. The
 * segment is replaced whole, or not at all. Rejects with what the operating system reports.
 *
 * @param blocks their places in the segment
 * @returns a sentence where it was left as it is
 */
export async function thinSegment(
  path: string,
  blocks: readonly number[],
  wrapping: readonly WrappingKey[],
): Promise<string | undefined> {
  const draft = await open(`${path}${DRAFT_SUFFIX}`, 'w', 0o600);
  try {
    const problem = await copyWithout(new Set(blocks), path, draft, wrapping);
    if (problem !== undefined) return problem;
    await draft.sync();
  } finally {
    await draft.close();
  }
  await rename(`${path}${DRAFT_SUFFIX}`, path);
  await syncDirectory(dirname(path));
  return undefined;
}

async function copyWithout(
  gone: ReadonlySet<number>,
  path: string,
  draft: FileHandle,
  wrapping: readonly WrappingKey[],
): Promise<string | undefined> {
  let at = 0;
  let index = 0;
  let opener: BlockOpener | undefined;
  for await (const part of readSegment(path)) {
    if (part.kind === 'broken' || part.kind === 'line') return `${path}: Found no blocks that can be removed`;
    if (part.kind === 'header') {
      const opened = blockOpener(part.header, part.bytes, wrapping);
      if (typeof opened === 'string') return `${path}: ${opened}`;
      opener = opened;
    }
    const left =
      part.kind === 'block' && gone.has(index) ? opener?.markRemoved(index, part.bytes, leafHashOf(part.bytes)) : part.bytes;
    if (left === undefined) return `${path}: Found a block too short to be removed by itself`;
    await draft.write(left, 0, left.length, at);
    at += lengthOf(part);
    if (part.kind !== 'header') index += 1;
  }
  await draft.truncate(at);
  return undefined;
}

function lengthOf(part: Extract<SegmentPart, { readonly kind: 'header' | 'block' | 'removed' }>): number {
  return part.kind === 'header' ? part.bytes.length : part.head.length;
}

/** Without it a crash can bring back the segment as it was. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
