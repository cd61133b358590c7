import { basename } from 'node:path';
import { fail, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { ownCheckpoint } from '../../recording/chain/checkpoint-file.ts';
import { verifyChain, type ChainBreak, type ChainSummary } from '../../recording/chain/verify-chain.ts';
import type { ReadingKeys } from '../../recording/keys/record-keys.ts';
import type { Checkpoint } from '../../recording/tree/checkpoint.ts';

export interface CheckMeans {
  readonly keys: ReadingKeys;
  /** Checkpoints that were kept elsewhere, of any writer. */
  readonly kept?: readonly Checkpoint[];
  readonly onProgress?: (writer: string, done: Bytes, total: Bytes) => void;
}

/** The chain of one writer, and what vouches for it. */
export interface ChainCheck {
  readonly writer: string;
  /** A checkpoint that is not to be trusted is no record: what breaks is named without one. */
  readonly result: Result<ChainSummary, Partial<ChainBreak> & Pick<ChainBreak, 'segment' | 'reason'>>;
  readonly checkpoints: readonly Checkpoint[];
}

/**
 * Whether the chain of a writer is whole, under its own checkpoint and those that were kept elsewhere. What seems broken is read
 * once more: a gateway that runs may have been amid a block, and retention amid a segment. Rejects with what the operating
 * system reports.
 * @param directory of one writer
 */
export async function checkChain(directory: string, means: CheckMeans): Promise<ChainCheck> {
  try {
    const check = await checkOnce(directory, means);
    if (check.result.ok) return check;
  } catch {
    // Said by the second reading, if it is still so.
  }
  return await checkOnce(directory, means);
}

async function checkOnce(directory: string, { keys, kept = [], onProgress }: CheckMeans): Promise<ChainCheck> {
  const writer = basename(directory);
  // Before the records: a chain that grows meanwhile still has what was signed.
  const own = ownCheckpoint(directory, writer, keys.verifiers);
  if (typeof own === 'string') return { writer, result: fail({ segment: 'checkpoint', reason: own }), checkpoints: [] };
  const checkpoints = [...(own === undefined ? [] : [own]), ...kept.filter((checkpoint) => checkpoint.writer === writer)];
  const result = await verifyChain(directory, {
    writer,
    wrapping: keys.wrapping,
    verifiers: keys.verifiers,
    checkpoints,
    onProgress: (done, total) => onProgress?.(writer, done, total),
  });
  return { writer, result, checkpoints };
}
