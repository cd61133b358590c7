import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { lineDigest, type ChainHead } from '../chain/chain.ts';
import { MAX_BODY_BYTES } from '../event-body.ts';

/** More than any two lines: a tail without one whole record in it is no torn write. */
const WINDOW = 4 * MAX_BODY_BYTES;
const NEWLINE = 0x0a;

/** How a segment of the first version ends. */
export interface LineTail {
  /** Bytes up to and including the last whole record. */
  readonly size: number;
  /** Bytes after it: what a crash left of a write. */
  readonly torn: number;
  /** Where the chain stands after the last whole record; absent when there is none. */
  readonly head?: ChainHead;
}

/**
 * How the segment of `writer` at `path` ends; undefined when its last {@link WINDOW} bytes hold no record, which no torn
 * write explains. Throws what the operating system reports.
 */
export function readLineTail(path: string, writer: string): LineTail | undefined {
  const { bytes, start, size } = readWindow(path);
  let end = bytes.length;
  while (end > 0) {
    const newline = bytes.lastIndexOf(NEWLINE, end - 1);
    if (newline === -1) break;
    const lineStart = newline === 0 ? 0 : bytes.lastIndexOf(NEWLINE, newline - 1) + 1;
    const head = headAfter(bytes.subarray(lineStart, newline), writer);
    if (head !== undefined) return { size: start + newline + 1, torn: size - (start + newline + 1), head };
    end = newline;
  }
  return start === 0 ? { size: 0, torn: size } : undefined;
}

function readWindow(path: string): { bytes: Buffer; start: number; size: number } {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(0, size - WINDOW);
    const bytes = Buffer.alloc(size - start);
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(descriptor, bytes, filled, bytes.length - filled, start + filled);
      if (read === 0) break;
      filled += read;
    }
    return { bytes: bytes.subarray(0, filled), start, size };
  } finally {
    closeSync(descriptor);
  }
}

function headAfter(line: Buffer, writer: string): ChainHead | undefined {
  let record: unknown;
  try {
    record = JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof record !== 'object' || record === null) return undefined;
  const { seq, writer: by } = record as { readonly seq?: unknown; readonly writer?: unknown };
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || by !== writer) return undefined;
  return { seq: seq + 1, prev: lineDigest(line) };
}
