import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes } from '../../core/units.ts';
import type { ChainSpot } from '../chain/chain-spot.ts';
import type { WrappingKey } from '../keys/record-keys.ts';
import { BLOCK_HEAD_BYTES, type BlockOpener, readBlockHead } from '../segment/block.ts';
import { blockOpener } from '../segment/segment-key.ts';
import { HEADER_WINDOW, readHeader } from '../segment/segment-header.ts';
import { readSegmentNumbers, segmentName } from '../segment/segment-names.ts';
import { splitLines, UnreadableSegment } from './read-lines.ts';

/** Records that were written together, and where they are. */
export interface FollowedBlock {
  readonly spot: ChainSpot;
  /** Without newlines. */
  readonly lines: readonly Buffer[];
}

/** What comes behind a spot. */
export interface Followed {
  readonly blocks: readonly FollowedBlock[];
  /** Behind them: where the next reading begins. */
  readonly next: ChainSpot;
}

/** Read at once, where a block is no longer than that. */
const CHUNK_BYTES: Bytes = 128 * 1024;
const NEWLINE = 0x0a;

/** How a segment is read: as blocks under a key, or as lines of the first version. */
type Coding = { readonly kind: 'blocks'; readonly opener: BlockOpener; readonly from: Bytes } | { readonly kind: 'lines' };

/** Reads a chain on from wherever somebody has come, while its writer may be writing to it. One reading at a time. */
export class ChainFollower {
  readonly #directory: string;
  readonly #wrapping: readonly WrappingKey[];
  /** Of the segment that was read last. */
  #known: { readonly segment: number; readonly coding: Coding } | undefined;

  /** @param directory of one writer */
  constructor(directory: string, wrapping: readonly WrappingKey[]) {
    this.#directory = directory;
    this.#wrapping = wrapping;
  }

  /**
   * The next blocks behind `from`: those of about {@link CHUNK_BYTES}, or one that is longer. No blocks and the same spot where
   * there is nothing more, or nothing but what is being written.
   * @param from undefined for the beginning of the chain
   * @param until what lies behind it is not read; default: everything is
   * @throws UnreadableSegment; what the operating system reports
   */
  async read(from: ChainSpot | undefined, until?: Pick<ChainSpot, 'segment' | 'offset'>): Promise<Followed> {
    const numbers = await readSegmentNumbers(this.#directory);
    let spot = from ?? { segment: numbers[0] ?? 1, offset: 0, block: 0 };
    for (;;) {
      const bounds = { limit: limitOf(spot, until), mayBeTorn: until === undefined && spot.segment === numbers.at(-1) };
      const followed = bounds.limit === 0 ? undefined : await this.#readSegment(spot, bounds);
      if (followed !== undefined && followed.blocks.length > 0) return followed;
      const before = spot;
      spot = followed?.next ?? spot;
      // A stretch of removed blocks: the segment goes on behind it.
      if (spot.block > before.block) continue;
      const next = numbers.find((number) => number > spot.segment);
      if (next === undefined || (until !== undefined && next > until.segment)) return { blocks: [], next: spot };
      spot = { segment: next, offset: 0, block: 0 };
    }
  }

  /** The block at a spot that was read before; undefined where it was removed since. @throws UnreadableSegment */
  async blockAt(spot: ChainSpot): Promise<FollowedBlock | undefined> {
    const found = (await this.#readSegment(spot, { limit: Number.POSITIVE_INFINITY, mayBeTorn: false }))?.blocks[0];
    return found?.spot.block === spot.block ? found : undefined;
  }

  /** @returns undefined where there is no such segment, or its head is being written */
  async #readSegment(spot: ChainSpot, bounds: Bounds): Promise<Followed | undefined> {
    const path = join(this.#directory, segmentName(spot.segment));
    const file = await openIfThere(path);
    if (file === undefined) return undefined;
    try {
      const coding = await this.#codingOf(spot.segment, path, file);
      if (coding === undefined) return undefined;
      return coding.kind === 'lines'
        ? await readLines(file, spot, bounds.limit)
        : await readBlocks(
            file,
            { ...spot, offset: Math.max(spot.offset, coding.from) },
            { ...bounds, path, opener: coding.opener },
          );
    } finally {
      await file.close();
    }
  }

  async #codingOf(segment: number, path: string, file: FileHandle): Promise<Coding | undefined> {
    if (this.#known?.segment === segment) return this.#known.coding;
    const bytes = await readAt(file, 0, HEADER_WINDOW);
    const found = readHeader(bytes);
    if (found.kind === 'short') return undefined;
    if (found.kind === 'broken') throw new UnreadableSegment(`${path}: ${found.reason}`);
    const coding: Coding = found.kind === 'lines' ? found : this.#blocksOf(found, bytes, path);
    this.#known = { segment, coding };
    return coding;
  }

  #blocksOf(
    { header, length }: Extract<ReturnType<typeof readHeader>, { kind: 'header' }>,
    bytes: Buffer,
    path: string,
  ): Coding {
    const opener = blockOpener(header, bytes.subarray(0, length), this.#wrapping);
    if (typeof opener === 'string') throw new UnreadableSegment(`${path}: ${opener}`);
    return { kind: 'blocks', opener, from: length };
  }
}

function limitOf({ segment }: ChainSpot, until: Pick<ChainSpot, 'segment' | 'offset'> | undefined): Bytes {
  if (until === undefined || segment < until.segment) return Number.POSITIVE_INFINITY;
  return segment === until.segment ? until.offset : 0;
}

interface Bounds {
  /** Nothing behind it is read. */
  readonly limit: Bytes;
  /** What is no block is the end: its writer is in the middle of it, or a crash was. */
  readonly mayBeTorn: boolean;
}

interface BlockMeans extends Bounds {
  readonly path: string;
  readonly opener: BlockOpener;
}

async function readBlocks(
  file: FileHandle,
  from: ChainSpot,
  { path, limit, mayBeTorn, opener }: BlockMeans,
): Promise<Followed> {
  let bytes = await readAt(file, from.offset, Math.min(CHUNK_BYTES, limit - from.offset));
  const first = bytes.length < BLOCK_HEAD_BYTES ? undefined : readBlockHead(bytes, 0);
  if (first !== undefined && first.length > bytes.length) bytes = await readAt(file, from.offset, first.length);
  const blocks: FollowedBlock[] = [];
  let { block } = from;
  let at = 0;
  while (at + BLOCK_HEAD_BYTES <= bytes.length) {
    const head = readBlockHead(bytes, at);
    // What comes before it is good: it is read first, and this is found the next time.
    if (head === undefined && (mayBeTorn || blocks.length > 0)) break;
    if (head === undefined) throw new UnreadableSegment(`${path}: Found bytes that begin no block at ${from.offset + at}`);
    if (at + head.length > bytes.length || from.offset + at + head.length > limit) break;
    if (head.isRemoved) {
      at += head.length;
      block += 1;
      continue;
    }
    const lines = opener.open(block, bytes.subarray(at, at + head.length), head);
    if (lines === undefined && blocks.length > 0) break;
    if (lines === undefined) {
      throw new UnreadableSegment(`${path}: Found a block at ${from.offset + at} that was changed, or belongs elsewhere`);
    }
    blocks.push({ spot: { segment: from.segment, offset: from.offset + at, block }, lines: splitLines(lines) });
    at += head.length;
    block += 1;
  }
  return { blocks, next: { segment: from.segment, offset: from.offset + at, block } };
}

async function readLines(file: FileHandle, from: ChainSpot, limit: Bytes): Promise<Followed> {
  for (let window = CHUNK_BYTES; ; window *= 2) {
    const bytes = await readAt(file, from.offset, Math.min(window, limit - from.offset));
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const blocks = [{ spot: from, lines: splitLines(bytes.subarray(0, end)) }];
      return { blocks, next: { ...from, offset: from.offset + end } };
    }
    if (bytes.length < window) return { blocks: [], next: from };
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** So many bytes, or those there are. */
async function readAt(file: FileHandle, position: number, length: Bytes): Promise<Buffer> {
  if (length <= 0) return Buffer.alloc(0);
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
