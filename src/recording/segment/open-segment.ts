import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock, Random } from '../../core/ports.ts';
import type { Bytes, Instant } from '../../core/units.ts';
import type { ChainPosition } from '../chain/chain-position.ts';
import type { WrappingKey } from '../keys/record-keys.ts';
import { leafHash, type MerkleTree } from '../tree/merkle-tree.ts';
import { BlockSealer } from './block.ts';
import type { OpenSegmentFile, SegmentFile } from './segment-file.ts';
import { encodeHeader } from './segment-header.ts';
import { segmentName } from './segment-names.ts';

/** The segment that is written to. */
export interface OpenSegment {
  readonly number: number;
  readonly began: Instant;
  readonly file: SegmentFile;
  readonly sealer: BlockSealer;
}

/** How far a segment is acknowledged. */
export interface SegmentPosition {
  readonly size: Bytes;
  readonly blocks: number;
}

export interface SegmentMeans {
  readonly writer: string;
  readonly directory: string;
  readonly wrapping: WrappingKey;
  /** Those that earlier segments may be wrapped with. */
  readonly former: readonly WrappingKey[];
  readonly clock: Clock;
  readonly random: Random;
  readonly openFile: OpenSegmentFile;
}

const DATA_KEY_BYTES = 32;
const EPOCH_BYTES = 8;

/**
 * Begins the segment of this number, with a data key of its own. Throws what the operating system reports; then there is none.
 * @param from where the chain stands
 */
export function beginSegment(
  number: number,
  from: ChainPosition,
  { writer, directory, wrapping, clock, random, openFile }: SegmentMeans,
): { segment: OpenSegment; position: SegmentPosition; tree: MerkleTree } {
  const began = clock.now();
  const dataKey = random.bytes(DATA_KEY_BYTES);
  const header = encodeHeader({
    writer,
    segment: number,
    created: new Date(began).toISOString(),
    chain: from.head,
    tree: from.tree,
    key: { id: wrapping.id, wrapped: wrapping.wrap(dataKey) },
  });
  const written = header.subarray(1);
  const file = openFile(join(directory, segmentName(number)), 'create');
  try {
    file.write(written);
  } catch (error) {
    file.discard();
    throw error;
  }
  const sealer = new BlockSealer({ dataKey, headDigest: headDigest(written) }, random.bytes(EPOCH_BYTES));
  return {
    segment: { number, began, file, sealer },
    position: { size: written.length, blocks: 0 },
    tree: from.tree.append(leafHash(header)),
  };
}

/** The segment at `path`, which is there and is gone on with. */
export function continueSegment(
  number: number,
  { dataKey, header, began }: { readonly dataKey: Uint8Array; readonly header: Uint8Array; readonly began: Instant },
  { directory, random, openFile }: SegmentMeans,
): OpenSegment {
  const file = openFile(join(directory, segmentName(number)), 'continue');
  const sealer = new BlockSealer({ dataKey, headDigest: headDigest(header) }, random.bytes(EPOCH_BYTES));
  return { number, began, file, sealer };
}

/** What ties blocks to their segment. @param header as it stands in the file */
export function headDigest(header: Uint8Array): Uint8Array {
  return hash('sha256', header, 'buffer');
}
