import { once } from 'node:events';
import { Readable } from 'node:stream';
import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { CodingMemory } from '../../src/transform/codings/coding-memory.ts';
import type { ContentCoding } from '../../src/transform/codings/content-coding.ts';
import { RATIO_LIMIT } from '../../src/transform/codings/expansion.ts';
import type { Transformation } from '../../src/transform/content/transformation.ts';
import { upperCase } from './filters.ts';

export const CODINGS: readonly ContentCoding[] = ['gzip', 'deflate', 'br', 'zstd'];

const ENCODE = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync };
const DECODE = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync, zstd: zstdDecompressSync };

/** Bytes under these codings, applied in this order. */
export function coded(bytes: Uint8Array, ...codings: readonly ContentCoding[]): Buffer {
  return Buffer.from(codings.reduce((content, coding) => ENCODE[coding](content), bytes));
}

/** What Node's one-shot decoder makes of it, as a client would. */
export function decoded(bytes: Uint8Array, coding: ContentCoding): string {
  return DECODE[coding](bytes).toString('latin1');
}

export const rawDeflate = deflateRawSync;

/** Ten MiB of zeros in a few hundred bytes to ten KiB. */
export function bomb(coding: ContentCoding): Buffer {
  return coded(new Uint8Array(10 * 1024 * 1024), coding);
}

/** A zstd frame with a window of 16 MiB: twice what a content coding may have. */
export function wideZstd(): Buffer {
  const wide = { params: { [constants.ZSTD_c_windowLog]: 24, [constants.ZSTD_c_contentSizeFlag]: 0 } };
  const frame = zstdCompressSync(Buffer.from('x'.repeat(100)), wide);
  // With little content zstd shrinks the window of its own accord: the descriptor is what counts (RFC 8878 §3.1.1.1.2).
  frame.set([0x00, (24 - 10) << 3], 4);
  return frame;
}

/** Upper-casing without codings, within the usual limits, but for what is given. */
export function transformation(given: Partial<Transformation> = {}): Transformation {
  return {
    came: [],
    filter: upperCase(),
    mislabelled: 'refuse',
    leaves: undefined,
    flushes: false,
    limits: { size: Infinity, ...RATIO_LIMIT },
    memory: new CodingMemory(64 * 1024 * 1024),
    ...given,
  };
}

/** The bytes in pieces of this length. */
export function pieces(bytes: Uint8Array, length: number): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let i = 0; i < bytes.length; i += length) cut.push(bytes.subarray(i, i + length));
  return cut;
}

/** Content that comes in these pieces. */
export function contentOf(chunks: readonly Uint8Array[]): Readable {
  return Readable.from(chunks, { objectMode: false });
}

/** All of a stream, or the error that it ended with. */
export async function drained(stream: Readable): Promise<Buffer | Error> {
  const chunks: Uint8Array[] = [];
  stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  try {
    await once(stream, 'end');
  } catch (error) {
    return error as Error;
  }
  return Buffer.concat(chunks);
}
