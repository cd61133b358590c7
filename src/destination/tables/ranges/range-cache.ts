import { createHash } from 'node:crypto';
import type { CompiledRanges } from '../../range-table.ts';
import type { Intervals } from './range-intervals.ts';

/**
 * Compiled ranges as bytes: reading them takes a few milliseconds, compiling the lists again a few hundred. The file is a copy
 * and may be missing, old or damaged at any time; then it is compiled again from the lists, whose digests the manifest states.
 *
 * Layout: magic, SHA-256 of all that follows, then a length-prefixed JSON header and the arrays in the order of the header,
 * each aligned to four bytes.
 */
const MAGIC = Buffer.from('cordon-ranges-1\n', 'latin1');
const DIGEST_LENGTH = 32;
const HEADER_AT = MAGIC.length + DIGEST_LENGTH;

interface Header {
  /** Stands for the lists and the way they are compiled. */
  readonly key: string;
  readonly labels: readonly string[];
  /** How many intervals each table has, in the order of `CompiledRanges.intervals`. */
  readonly counts: readonly number[];
}

/** The bytes that {@link decodeRanges} reads with the same key. */
export function encodeRanges(ranges: CompiledRanges, key: string): Uint8Array {
  const header: Header = {
    key,
    labels: ranges.labels,
    counts: ranges.intervals.map(({ labels }) => labels.length),
  };
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const arrays = ranges.intervals.flatMap(({ starts, labels, lengths, files }) =>
    [starts, labels, lengths, files].map((array) => padded(bytesOf(array))),
  );
  const body = Buffer.concat([length, padded(json), ...arrays]);
  return Buffer.concat([MAGIC, createHash('sha256').update(body).digest(), body]);
}

/** The ranges that the bytes hold; undefined when they are damaged, or were made from other lists. */
export function decodeRanges(bytes: Uint8Array, key: string): CompiledRanges | undefined {
  // A copy starts at an aligned address, which typed arrays over a buffer of the pool would not.
  const file = Buffer.from(new Uint8Array(bytes).buffer);
  if (file.length < HEADER_AT + 4 || !file.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const digest = createHash('sha256').update(file.subarray(HEADER_AT)).digest();
  if (!digest.equals(file.subarray(MAGIC.length, HEADER_AT))) return undefined;

  // From here on the bytes are what `encodeRanges` wrote, so they have its form.
  const headerLength = file.readUInt32LE(HEADER_AT);
  const header = JSON.parse(file.toString('utf8', HEADER_AT + 4, HEADER_AT + 4 + headerLength)) as Header;
  if (header.key !== key) return undefined;
  let at = HEADER_AT + 4 + align(headerLength);
  const take = (length: number): { buffer: ArrayBuffer; at: number } => {
    const taken = { buffer: file.buffer, at };
    at += align(length);
    return taken;
  };
  const table = (index: number): Intervals => {
    const words = index < 2 ? 1 : 4;
    const count = header.counts[index]!;
    const [starts, labels, lengths, files] = [take(4 * words * count), take(4 * count), take(count), take(count)];
    return {
      words,
      starts: new Uint32Array(starts.buffer, starts.at, words * count),
      labels: new Uint32Array(labels.buffer, labels.at, count),
      lengths: new Uint8Array(lengths.buffer, lengths.at, count),
      files: new Uint8Array(files.buffer, files.at, count),
    };
  };
  return { labels: header.labels, intervals: [table(0), table(1), table(2), table(3)] };
}

function bytesOf(array: Uint8Array | Uint32Array): Buffer {
  return Buffer.from(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(align(bytes.length) - bytes.length)]);
}

function align(length: number): number {
  return (length + 3) & ~3;
}
