import type { ChainHead } from '../chain/chain.ts';
import { MerkleTree } from '../tree/merkle-tree.ts';

/** How a segment begins: what it goes on from, and the key of what is in it. Not sealed, but a leaf of the tree. */
export interface SegmentHeader {
  readonly writer: string;
  /** Its number among the segments of the writer. */
  readonly segment: number;
  /** RFC 3339. */
  readonly created: string;
  /** What its first record carries. */
  readonly chain: ChainHead;
  /** Before it. */
  readonly tree: MerkleTree;
  readonly key: { readonly id: string; readonly wrapped: Buffer };
}

/**
 * Newest version of the format that is read, and the one that is written. The first was lines of JSON, without a head; in the
 * second, content stood within the lines of its block.
 */
const SEGMENT_VERSION = 3;
const FIRST_WITH_HEAD = 2;

const MAGIC = /^cordon-segment (\d{1,6})\n/;
/** The line that says what the file is is no longer than this. */
const MAGIC_WINDOW = 32;
const LENGTH_BYTES = 4;
/** Longer heads are not read: the subtrees of the largest tree take a third of it. */
const LONGEST = 16_384;

/** The head as it stands in the file, behind one byte of room (see `leafHash`). */
export function encodeHeader({ writer, segment, created, chain, tree, key }: SegmentHeader): Buffer {
  const text = JSON.stringify({
    writer,
    segment,
    created,
    chain,
    tree: { size: tree.size, subtrees: tree.subtrees.map((subtree) => Buffer.from(subtree).toString('base64')) },
    key: { id: key.id, wrapped: key.wrapped.toString('base64') },
  });
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return Buffer.concat([Buffer.of(0), Buffer.from(`cordon-segment ${SEGMENT_VERSION}\n`), length, Buffer.from(text, 'latin1')]);
}

/**
 * What a file begins with. `lines`: a segment of the first version. `short`: the head goes on beyond `bytes`. `isOlder`: it is of a
 * version before the one that is written.
 */
export type FoundHeader =
  | { readonly kind: 'header'; readonly header: SegmentHeader; readonly length: number; readonly isOlder: boolean }
  | { readonly kind: 'lines' }
  | { readonly kind: 'short' }
  | { readonly kind: 'broken'; readonly reason: string };

/** @param bytes the first ones of the file, at least {@link LONGEST} where it has so many */
export function readHeader(bytes: Buffer): FoundHeader {
  const first = bytes[0];
  if (first === undefined) return { kind: 'short' };
  if (first === 0x7b) return { kind: 'lines' };
  const [magic, version] = MAGIC.exec(bytes.subarray(0, MAGIC_WINDOW).toString('latin1')) ?? [];
  if (magic === undefined) return bytes.length < MAGIC_WINDOW ? { kind: 'short' } : broken('Found no segment of a record');
  if (Number(version) < FIRST_WITH_HEAD)
    return broken(`Found version ${Number(version)} of the format with a head, expected one from ${FIRST_WITH_HEAD} on`);
  if (Number(version) > SEGMENT_VERSION) {
    return broken(
      `Found version ${Number(version)} of the format, expected one up to ${SEGMENT_VERSION}: this program is older`,
    );
  }
  if (bytes.length < magic.length + LENGTH_BYTES) return { kind: 'short' };
  const textLength = bytes.readUInt32BE(magic.length);
  const from = magic.length + LENGTH_BYTES;
  if (textLength > LONGEST) return broken(`Found a head of ${textLength} bytes, expected at most ${LONGEST}`);
  if (bytes.length < from + textLength) return { kind: 'short' };
  const header = parse(bytes.subarray(from, from + textLength).toString('latin1'));
  return header === undefined
    ? broken('Found a head that cannot be read')
    : { kind: 'header', header, length: from + textLength, isOlder: Number(version) < SEGMENT_VERSION };
}

/** Enough to hold any head. */
export const HEADER_WINDOW = MAGIC_WINDOW + LENGTH_BYTES + LONGEST;

function broken(reason: string): FoundHeader {
  return { kind: 'broken', reason };
}

function parse(text: string): SegmentHeader | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isHeadShaped(value)) return undefined;
  const { tree, key, chain, writer, segment, created } = value;
  const grown = MerkleTree.of(
    tree.size,
    tree.subtrees.map((subtree) => Buffer.from(subtree, 'base64')),
  );
  if (grown === undefined) return undefined;
  return { writer, segment, created, chain, tree: grown, key: { id: key.id, wrapped: Buffer.from(key.wrapped, 'base64') } };
}

interface HeadShape {
  readonly writer: string;
  readonly segment: number;
  readonly created: string;
  readonly chain: ChainHead;
  readonly tree: { readonly size: number; readonly subtrees: readonly string[] };
  readonly key: { readonly id: string; readonly wrapped: string };
}

function isHeadShaped(value: unknown): value is HeadShape {
  const { writer, segment, created, chain, tree, key } = Object(value) as { readonly [name in keyof HeadShape]?: unknown };
  return (
    [writer, created].every((text) => typeof text === 'string') &&
    Number.isSafeInteger(segment) &&
    hasTypes(chain, { seq: 'number', prev: 'string' }) &&
    hasTypes(key, { id: 'string', wrapped: 'string' }) &&
    hasTypes(tree, { size: 'number' }) &&
    isTexts((tree as { readonly subtrees?: unknown }).subtrees)
  );
}

function hasTypes(value: unknown, types: { readonly [name: string]: string }): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(types).every(([name, type]) => typeof (value as { readonly [name: string]: unknown })[name] === type);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
