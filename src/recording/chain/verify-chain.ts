import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import type { WrappingKey } from '../keys/record-keys.ts';
import { parseRemoved } from '../retention/removed-segment.ts';
import { removedLeaf, type BlockOpener } from '../segment/block.ts';
import { readSegment, type SegmentPart } from '../segment/read-segment.ts';
import { blockOpener } from '../segment/segment-key.ts';
import type { SegmentHeader } from '../segment/segment-header.ts';
import { removedName, removedNumbers, segmentName, segmentNumbers } from '../segment/segment-names.ts';
import type { Checkpoint } from '../tree/checkpoint.ts';
import type { NoteVerifier } from '../tree/signed-note.ts';
import { leafHashOf, MerkleTree } from '../tree/merkle-tree.ts';
import type { ChainHead } from './chain.ts';
import { LineWalk } from './line-walk.ts';

export interface VerifyOptions {
  /** Whose chain it has to be; absent: of whoever its first segment names. */
  readonly writer?: string;
  /** Keys that open segments; without any, what is sealed is not looked into: its hashes and the tree over them are. */
  readonly wrapping: readonly WrappingKey[];
  /** One of them has to have signed what says that a segment was removed; without any, nobody can tell. */
  readonly verifiers: readonly NoteVerifier[];
  /** What was signed of this chain; each must be in its tree. */
  readonly checkpoints: readonly Checkpoint[];
  /** Told now and then how far it is. */
  readonly onProgress?: (done: Bytes, total: Bytes) => void;
}

/** What an unbroken chain holds. */
export interface ChainSummary {
  readonly writer: string | undefined;
  readonly records: number;
  readonly segments: number;
  /** What crashes and full disks cost, as the chain itself tells; of segments that were opened alone. */
  readonly gaps: number;
  /** Where the chain stands; to be compared with one kept elsewhere, since a chain cannot show that its end is missing. */
  readonly head: ChainHead;
  readonly tree: MerkleTree;
  /** Segments that no key opened: their records were not followed one by one. */
  readonly unopened: number;
  /** Segments of which the hashes alone are left, because their time was over. */
  readonly removed: number;
  /** Records within the segments that are there, of which it is the same. */
  readonly removedRecords: number;
}

/** The first record that does not follow from the ones before it. */
export interface ChainBreak {
  readonly segment: string;
  /** Among those of the segment, from 1. */
  readonly record: number;
  /** The sequence number that belongs there. */
  readonly seq: number;
  /** What was found and what was expected. */
  readonly reason: string;
}

/**
 * Whether the records of one writer are complete and unchanged from the first one on: sequence, digests, version and writer,
 * the blocks they are sealed in, and the tree over these. Rejects when the directory or a file cannot be read.
 * @param directory of one writer
 */
export async function verifyChain(directory: string, options: VerifyOptions): Promise<Result<ChainSummary, ChainBreak>> {
  const files = await filesOf(directory);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const walk = new ChainWalk(options);
  let done = 0;
  for (const [index, file] of files.entries()) {
    const expected = files[0]!.number + index;
    const reason = file.isRemoved ? await walk.removed(file, expected) : await walk.segment(file, expected);
    if (reason !== undefined) return fail(reason);
    done += file.size;
    options.onProgress?.(done, total);
  }
  return walk.end(files.filter(({ isRemoved }) => !isRemoved).length);
}

interface ChainFile {
  readonly number: number;
  readonly path: string;
  readonly size: Bytes;
  /** What stays of a segment that was removed. */
  readonly isRemoved: boolean;
}

/** Segments and what stays of removed ones, in their order. */
async function filesOf(directory: string): Promise<ChainFile[]> {
  const names = [
    ...segmentNumbers(directory).map((number) => ({ number, name: segmentName(number), isRemoved: false })),
    ...removedNumbers(directory).map((number) => ({ number, name: removedName(number), isRemoved: true })),
  ];
  const inOrder = names.sort((a, b) => a.number - b.number);
  return await Promise.all(
    inOrder.map(async ({ name, ...file }) => {
      const path = join(directory, name);
      return { ...file, path, size: (await stat(path)).size };
    }),
  );
}

class ChainWalk {
  readonly #options: VerifyOptions;
  readonly #lines = new LineWalk();
  #tree = MerkleTree.EMPTY;
  #unopened = 0;
  #removed = 0;
  #removedRecords = 0;
  /** The last record before this was not read: its digest, and after a removed segment its number, is known from the next head. */
  #unread: 'digest' | 'number' | undefined;
  #segment = segmentName(1);
  /** Of the segment so far. */
  #records = 0;
  #blocks = 0;
  #opener: BlockOpener | undefined;

  constructor(options: VerifyOptions) {
    this.#options = options;
    this.#lines.writer = options.writer;
  }

  async segment({ path, number }: ChainFile, expected: number): Promise<ChainBreak | undefined> {
    const missing = this.#begin(segmentName(number), number, expected);
    if (missing !== undefined) return missing;
    for await (const part of readSegment(path)) {
      const reason = this.#part(part, number);
      if (reason !== undefined) return this.#break(reason);
    }
    return undefined;
  }

  /** What is left of it makes the tree; whether the tree is the one that was is told by the heads and checkpoints behind it. */
  async removed({ path, number }: ChainFile, expected: number): Promise<ChainBreak | undefined> {
    const missing = this.#begin(removedName(number), number, expected);
    if (missing !== undefined) return missing;
    const kept = parseRemoved(await readFile(path), this.#options.verifiers);
    if (typeof kept === 'string') return this.#break(kept);
    if (kept.segment !== number) return this.#break(`Found what stays of segment ${kept.segment}, expected that of ${number}`);
    const { writer } = this.#lines;
    if (writer !== undefined && kept.writer !== writer)
      return this.#break(`Found what stays of a segment of "${kept.writer}", expected one of "${writer}"`);
    this.#lines.writer = kept.writer;
    this.#removed += 1;
    this.#unread = 'number';
    for (const leaf of kept.leaves) {
      const reason = this.#grow(leaf);
      if (reason !== undefined) return this.#break(reason);
    }
    return undefined;
  }

  #begin(name: string, number: number, expected: number): ChainBreak | undefined {
    this.#segment = name;
    this.#records = 0;
    this.#blocks = 0;
    return number === expected ? undefined : this.#break(`Found segment ${name}, expected ${segmentName(expected)}`);
  }

  end(segments: number): Result<ChainSummary, ChainBreak> {
    const { size } = this.#tree;
    const beyond = this.#options.checkpoints.find((checkpoint) => checkpoint.size > size);
    if (beyond !== undefined) {
      return fail(
        this.#break(`Found ${size} heads and blocks, expected the ${beyond.size} of a checkpoint: the end is missing`),
      );
    }
    const { writer, head, gaps } = this.#lines;
    const foreign = this.#options.checkpoints.find((checkpoint) => writer !== undefined && checkpoint.writer !== writer);
    if (foreign !== undefined)
      return fail(this.#break(`Found the writer "${writer}", expected "${foreign.writer}" of a checkpoint`));
    return ok({
      writer,
      records: head.seq,
      segments,
      gaps,
      head,
      tree: this.#tree,
      unopened: this.#unopened,
      removed: this.#removed,
      removedRecords: this.#removedRecords,
    });
  }

  #part(part: SegmentPart, number: number): string | undefined {
    switch (part.kind) {
      case 'broken':
        return part.reason;
      case 'line': {
        const reason = this.#lines.follow(part.bytes);
        if (reason === undefined) this.#records += 1;
        return reason;
      }
      case 'header':
        return this.#header(part.header, part.bytes, number);
      case 'block':
        return this.#block(part);
      case 'removed':
        return this.#removedBlock(part);
    }
  }

  /** Its hash makes the tree as it did; that its time was over is told by a seal that only who had the key could make. */
  #removedBlock({ head, bytes }: Extract<SegmentPart, { readonly kind: 'removed' }>): string | undefined {
    const index = this.#blocks++;
    if (this.#opener?.isRemoval(index, bytes) === false)
      return 'Found a block that is marked as removed by somebody who does not have the key';
    const { seq, prev } = this.#lines.head;
    this.#lines.head = { seq: seq + head.records, prev };
    this.#records += head.records;
    this.#removedRecords += head.records;
    this.#unread = 'digest';
    return this.#grow(removedLeaf(bytes));
  }

  #header(header: SegmentHeader, bytes: Buffer, number: number): string | undefined {
    const { head, writer } = this.#lines;
    if (header.segment !== number) return `Found the head of segment ${header.segment}, expected that of ${number}`;
    if (writer !== undefined && header.writer !== writer) return `Found writer "${header.writer}", expected "${writer}"`;
    this.#lines.writer = header.writer;
    if (this.#unread !== 'number' && header.chain.seq !== head.seq) {
      return `Found a head at sequence number ${header.chain.seq}, expected ${head.seq}`;
    }
    if (this.#unread === undefined && header.chain.prev !== head.prev) {
      return `Found a head with prev ${header.chain.prev}, expected ${head.prev}`;
    }
    this.#lines.head = header.chain;
    this.#unread = undefined;
    if (!isSameTree(header.tree, this.#tree)) return 'Found a head that goes on from other heads and blocks';
    const opener = blockOpener(header, bytes, this.#options.wrapping);
    if (typeof opener === 'string') {
      // A wrong key is a mistake of whoever verifies, and must not look like a chain that is whole.
      if (this.#options.wrapping.length > 0) return opener;
      this.#unopened += 1;
      this.#unread = 'digest';
      this.#opener = undefined;
    } else this.#opener = opener;
    return this.#grow(leafHashOf(bytes));
  }

  #block({ head, bytes }: Extract<SegmentPart, { readonly kind: 'block' }>): string | undefined {
    const index = this.#blocks++;
    if (this.#opener === undefined) {
      const { seq, prev } = this.#lines.head;
      this.#lines.head = { seq: seq + head.records, prev };
      this.#records += head.records;
      return this.#grow(leafHashOf(bytes));
    }
    const lines = this.#opener.open(index, bytes, head);
    if (lines === undefined) return 'Found a block that was changed, or belongs elsewhere';
    // The block is what was sealed at this place, so that what it says of the one before can be believed.
    if (this.#unread === 'digest') this.#lines.resume(lines);
    this.#unread = undefined;
    const { followed, reason } = this.#lines.followAll(lines);
    this.#records += followed;
    if (reason !== undefined) return reason;
    if (followed !== head.records) return `Found ${followed} records in a block, expected ${head.records}`;
    return this.#grow(leafHashOf(bytes));
  }

  #grow(leaf: Uint8Array): string | undefined {
    this.#tree = this.#tree.append(leaf);
    const signed = this.#options.checkpoints.filter(({ size }) => size === this.#tree.size);
    const other = signed.find(({ root }) => !root.equals(this.#tree.root()));
    if (other === undefined) return undefined;
    return `Found other records than those that a checkpoint of ${other.time} vouches for, in this block or before it`;
  }

  #break(reason: string): ChainBreak {
    return { segment: this.#segment, record: this.#records + 1, seq: this.#lines.head.seq, reason };
  }
}

function isSameTree(a: MerkleTree, b: MerkleTree): boolean {
  return a.size === b.size && Buffer.compare(a.root(), b.root()) === 0;
}
