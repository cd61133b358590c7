import { open, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readSegment } from '../segment/read-segment.ts';
import { removedLeaf } from '../segment/block.ts';
import { removedName, segmentName } from '../segment/segment-names.ts';
import { leafHashOf } from '../tree/merkle-tree.ts';
import type { NoteSigner } from '../tree/signed-note.ts';
import { encodeRemoved } from './removed-segment.ts';
import { DRAFT_SUFFIX, syncDirectory } from './thin-segment.ts';

/**
 * Removes a segment, and keeps the hashes of what was in it: these first, so that a crash in between loses nothing. A segment
 * that is broken is kept, since it may be evidence.
 * @returns a sentence where it was kept
 */
export async function removeSegment(
  directory: string,
  segment: number,
  { removed, reason, signer }: { readonly removed: string; readonly reason: string; readonly signer: NoteSigner },
): Promise<string | undefined> {
  const path = join(directory, segmentName(segment));
  const leaves: Uint8Array[] = [];
  for await (const part of readSegment(path)) {
    if (part.kind === 'broken') return `${path}: ${part.reason}`;
    if (part.kind === 'removed') leaves.push(removedLeaf(part.bytes));
    else if (part.kind !== 'line') leaves.push(leafHashOf(part.bytes));
  }
  const mark = encodeRemoved({ writer: basename(directory), segment, removed, reason, leaves }, signer);
  await writeOnce(join(directory, removedName(segment)), mark);
  await unlink(path);
  await rm(`${path}${DRAFT_SUFFIX}`, { force: true });
  return undefined;
}

/** Another process may be at the same: both write the same hashes. */
async function writeOnce(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  await syncDirectory(dirname(path));
}
