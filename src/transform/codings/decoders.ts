import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import type { Failure } from '../../core/codes.ts';
import type { Bytes } from '../../core/units.ts';
import type { ContentCoding } from './content-coding.ts';
import { STREAM_BUFFER } from './stream-buffer.ts';

/** A decoder of Node: what it has read of what was written tells where the coded content ended. */
export type Decoder = Transform & { readonly bytesWritten: number };

interface DecoderRow {
  /** Bytes needed to tell which decoder it must be and how large its window is. */
  readonly peek: number;
  create(head: Uint8Array): Decoder;
  /** What the window may take at most. */
  window(head: Uint8Array): Bytes;
  /** How fast the window is taken, per byte that came out. */
  readonly growth: number;
}

const OPTIONS = { chunkSize: STREAM_BUFFER, highWaterMark: STREAM_BUFFER };
const DEFLATE_WINDOW: Bytes = 32 * 1024;

/** The most that a recipient of the coding must support, and what browsers do (RFC 9659 §3). */
const ZSTD_WINDOW_LOG = 23;
const ZSTD_OPTIONS = { ...OPTIONS, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } };

const ROWS: Readonly<Record<ContentCoding, DecoderRow>> = {
  gzip: { peek: 1, create: () => createGunzip(OPTIONS), window: () => DEFLATE_WINDOW, growth: 1 },
  deflate: {
    peek: 2,
    create: (head) => (isZlib(head) ? createInflate(OPTIONS) : createInflateRaw(OPTIONS)),
    window: () => DEFLATE_WINDOW,
    growth: 1,
  },
  // A window is made as large as what a meta-block announces, long before that much has come out; measured: all of 16 MiB
  // after 500 KiB.
  br: { peek: 1, create: () => createBrotliDecompress(OPTIONS), window: brotliWindow, growth: 32 },
  zstd: { peek: 1, create: () => createZstdDecompress(ZSTD_OPTIONS), window: () => 2 ** ZSTD_WINDOW_LOG, growth: 1 },
};

/** The decoder of a coding, its sizes, and its words for what went wrong. */
export function decoderRow(coding: ContentCoding): DecoderRow {
  return ROWS[coding];
}

/** What a decoder's error means for the exchange. */
export function decoderFailure(coding: ContentCoding, error: Error): Failure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  if (code === 'Z_BUF_ERROR') return { code: 'unreadable_content', detail: `The ${coding} content ends too early` };
  if (code === 'ZSTD_error_frameParameter_windowTooLarge') {
    return { code: 'content_too_large', detail: `Found a zstd window of more than ${2 ** ZSTD_WINDOW_LOG} bytes` };
  }
  if (OUT_OF_MEMORY.has(code)) return { code: 'overloaded', detail: `No memory for a ${coding} decoder: ${code}` };
  return { code: 'unreadable_content', detail: `The content is no well-formed ${coding}: ${code}` };
}

const OUT_OF_MEMORY: ReadonlySet<string> = new Set([
  'Z_MEM_ERROR',
  'ERR_ZLIB_INITIALIZATION_FAILED',
  'ZSTD_error_memory_allocation',
]);

/** `deflate` is the zlib format, but servers send bare deflate data, and browsers take both (RFC 9110 §8.4.1.2, RFC 1950 §2.2). */
function isZlib([cmf = 0, flags = 0]: Uint8Array): boolean {
  return (cmf & 0x0f) === 8 && cmf >> 4 <= 7 && (cmf * 256 + flags) % 31 === 0;
}

/** The window that a brotli stream announces in its first byte (RFC 7932 §9.1). */
function brotliWindow([first = 0]: Uint8Array): Bytes {
  if ((first & 1) === 0) return 2 ** 16;
  const high = (first >> 1) & 7;
  if (high !== 0) return 2 ** (17 + high);
  const low = (first >> 4) & 7;
  return low === 0 ? 2 ** 17 : 2 ** (8 + low);
}
