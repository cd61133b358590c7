import { createReadStream } from 'node:fs';
import { BLOCK_HEAD_BYTES, readBlockHead, REMOVED_BYTES, type BlockHead } from './block.ts';
import { HEADER_WINDOW, readHeader, type SegmentHeader } from './segment-header.ts';

/** What a segment consists of, in order. `broken` is the last part where there is one. */
export type SegmentPart =
  | { readonly kind: 'header'; readonly header: SegmentHeader; readonly bytes: Buffer }
  | { readonly kind: 'block'; readonly head: BlockHead; readonly bytes: Buffer }
  /** A block whose records retention removed: its head, its hash and a seal. */
  | { readonly kind: 'removed'; readonly head: BlockHead; readonly bytes: Buffer }
  /** Of the first version: one record, without its newline. */
  | { readonly kind: 'line'; readonly bytes: Buffer }
  | { readonly kind: 'broken'; readonly reason: string };

const CHUNK_BYTES = 1024 ** 2;
/** Longer than any line of the first version: a file without newlines is refused, not read into memory. */
const MAX_LINE_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/** Reads a segment part by part, in bounded memory. Rejects with what the operating system reports. */
export async function* readSegment(path: string): AsyncGenerator<SegmentPart> {
  const file = new Pieces(path);
  const found = readHeader(await file.atLeast(HEADER_WINDOW));
  switch (found.kind) {
    case 'lines':
      return yield* readLines(file);
    case 'short':
      return yield { kind: 'broken', reason: 'Found a file that ends within its head' };
    case 'broken':
      return yield found;
    case 'header':
      yield { kind: 'header', header: found.header, bytes: file.take(found.length) };
      return yield* readBlocks(file);
  }
}

async function* readBlocks(file: Pieces): AsyncGenerator<SegmentPart> {
  for (;;) {
    const start = await file.atLeast(BLOCK_HEAD_BYTES);
    if (start.length === 0) return;
    const head = start.length < BLOCK_HEAD_BYTES ? undefined : readBlockHead(start, 0);
    if (head === undefined) return yield { kind: 'broken', reason: `Found ${start.length} bytes that begin no block` };
    const bytes = await file.atLeast(head.length);
    if (bytes.length < head.length) {
      return yield { kind: 'broken', reason: `Found ${bytes.length} bytes of a block, expected ${head.length}` };
    }
    const whole = file.take(head.length);
    if (!head.isRemoved) yield { kind: 'block', head, bytes: whole };
    else if (head.length >= REMOVED_BYTES) yield { kind: 'removed', head, bytes: whole.subarray(0, REMOVED_BYTES) };
    else return yield { kind: 'broken', reason: `Found a removed block of ${head.length} bytes, expected ${REMOVED_BYTES}` };
  }
}

async function* readLines(file: Pieces): AsyncGenerator<SegmentPart> {
  for (let window = CHUNK_BYTES; ;) {
    const bytes = await file.atLeast(window);
    if (bytes.length === 0) return;
    const end = bytes.indexOf(NEWLINE);
    if (end >= 0) {
      yield { kind: 'line', bytes: file.take(end) };
      file.take(1);
      window = 1;
    } else if (bytes.length < window || bytes.length > MAX_LINE_BYTES) {
      return yield { kind: 'broken', reason: `Found ${bytes.length} bytes without a newline, expected a whole record` };
    } else window = bytes.length + CHUNK_BYTES;
  }
}

/** A file from its beginning on, of which as much is in memory as is asked for, and a chunk. */
class Pieces {
  readonly #chunks: AsyncIterator<Buffer>;
  #bytes: Buffer = Buffer.alloc(0);
  #hasEnded = false;

  constructor(path: string) {
    this.#chunks = createReadStream(path, { highWaterMark: CHUNK_BYTES })[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** What comes next: so many bytes or more, or all there are. */
  async atLeast(length: number): Promise<Buffer> {
    while (this.#bytes.length < length && !this.#hasEnded) {
      const { value, done } = (await this.#chunks.next()) as IteratorResult<Buffer, undefined>;
      if (done === true) this.#hasEnded = true;
      else this.#bytes = this.#bytes.length === 0 ? value : Buffer.concat([this.#bytes, value]);
    }
    return this.#bytes;
  }

  /** Steps over so many bytes that are in memory. */
  take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }
}
