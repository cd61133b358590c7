import { readFileSync } from 'node:fs';
import type { Bytes, Instant } from '../../core/units.ts';
import type { ChainPosition } from '../chain/chain-position.ts';
import { lineDigest } from '../chain/chain.ts';
import type { WrappingKey } from '../keys/record-keys.ts';
import { leafHashOf, type MerkleTree } from '../tree/merkle-tree.ts';
import { BLOCK_HEAD_BYTES, BlockOpener, readBlockHead, type BlockHead } from './block.ts';
import { headDigest, type SegmentPosition } from './open-segment.ts';
import { HEADER_WINDOW, readHeader, type SegmentHeader } from './segment-header.ts';
import { unwrapDataKey } from './segment-key.ts';

/** A segment as its writer finds it again. */
export interface ScannedSegment {
  readonly kind: 'blocks';
  /** Whose chain it is of. */
  readonly writer: string;
  readonly dataKey: Uint8Array;
  /** What it is wrapped with. */
  readonly keyId: string;
  /** Of a version before the one that is written. */
  readonly isOlder: boolean;
  /** The head, as it stands in the file. */
  readonly header: Uint8Array;
  readonly began: Instant;
  /** Behind the last block that is whole and unchanged. */
  readonly position: SegmentPosition;
  readonly chain: ChainPosition;
  /** Bytes behind it. */
  readonly torn: Bytes;
  /** The tree when it had as many leaves as was asked for; undefined where it never had. */
  readonly treeThen: MerkleTree | undefined;
}

/** `lines`: of the first version. `headless`: a crash right after it was created. */
export type SegmentScan =
  | ScannedSegment
  | { readonly kind: 'lines' }
  | { readonly kind: 'headless'; readonly size: Bytes }
  | { readonly kind: 'broken'; readonly reason: string };

/**
 * Reads where a segment ends. Of what stands before `checked` leaves only the hashes are made, since a checkpoint vouches for
 * them; behind that every block is authenticated. Throws what the operating system reports.
 */
export function scanSegment(path: string, wrapping: readonly WrappingKey[], checked: number): SegmentScan {
  const bytes = readFileSync(path);
  const found = readHeader(bytes.subarray(0, HEADER_WINDOW));
  if (found.kind === 'short') return { kind: 'headless', size: bytes.length };
  if (found.kind !== 'header') return found;
  const dataKey = unwrapDataKey(found.header, wrapping);
  if (typeof dataKey === 'string') return { kind: 'broken', reason: dataKey };
  const header = bytes.subarray(0, found.length);
  return walk(bytes, { head: found.header, header, dataKey, isOlder: found.isOlder }, checked);
}

interface Opened {
  readonly head: SegmentHeader;
  readonly header: Buffer;
  readonly dataKey: Uint8Array;
  readonly isOlder: boolean;
}

function walk(bytes: Buffer, { head, header, dataKey, isOlder }: Opened, checked: number): SegmentScan {
  const opener = new BlockOpener({ dataKey, headDigest: headDigest(header) });
  let tree = head.tree.append(leafHashOf(header));
  let treeThen = [head.tree, tree].find(({ size }) => size === checked);
  let { seq } = head.chain;
  let blocks = 0;
  let at = header.length;
  let last: { readonly block: Buffer; readonly head: BlockHead } | undefined;
  while (at + BLOCK_HEAD_BYTES <= bytes.length) {
    const blockHead = readBlockHead(bytes, at);
    if (blockHead === undefined || at + blockHead.length > bytes.length) break;
    const block = bytes.subarray(at, at + blockHead.length);
    if (tree.size >= checked && opener.authenticate(blocks, block) === undefined) break;
    tree = tree.append(leafHashOf(block));
    if (tree.size === checked) treeThen = tree;
    last = { block, head: blockHead };
    at += block.length;
    seq += blockHead.records;
    blocks += 1;
  }
  const lines = last === undefined ? undefined : opener.open(blocks - 1, last.block, last.head);
  if (last !== undefined && lines === undefined) return { kind: 'broken', reason: 'Found a last block that cannot be opened' };
  const prev = lines === undefined ? head.chain.prev : lastDigest(lines);
  const position = { size: at, blocks };
  const began = Date.parse(head.created);
  return {
    kind: 'blocks',
    writer: head.writer,
    dataKey,
    keyId: head.key.id,
    isOlder,
    header,
    began,
    position,
    chain: { head: { seq, prev }, tree },
    torn: bytes.length - at,
    treeThen,
  };
}

/** The digest of the last of some lines. */
function lastDigest(lines: Buffer): string {
  const end = lines.length - 1;
  return lineDigest(lines.subarray(lines.lastIndexOf(0x0a, end - 1) + 1, end));
}
