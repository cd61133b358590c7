import { Readable } from 'node:stream';
import type { Failure } from '../../core/codes.ts';
import type { Spool } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { contentFailure } from './content-error.ts';

/** Content that is there completely, so that its length can be told before it is sent. */
export interface MeasuredContent {
  readonly length: Bytes;
  /** To be read once. */
  readonly content: Readable;
  /** Frees what holds it; to be called in the end, whether it was read or not. */
  dispose(): Promise<void>;
}

/**
 * Reads content to its end, into memory as far as it may, beyond that into the spool.
 *
 * @param memory most bytes that are held in memory: `limits.content-memory`
 * @failure what the content ends with, see {@link contentFailure}; overloaded and store_unavailable from the spool
 */
export async function measuredContent(
  content: Readable,
  memory: Bytes,
  spool: Spool,
): Promise<Result<MeasuredContent, Failure>> {
  const chunks = content[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  try {
    const { held, isWhole } = await firstBytes(chunks, memory);
    if (isWhole) return ok(inMemory(held));
    const put = await spool.put(joined(held, chunks));
    if (put.ok) return ok(inSpool(spool, put.value.id, put.value.bytes));
    content.destroy();
    return put;
  } catch (error) {
    // Node's streams throw what they were destroyed with.
    return fail(contentFailure(error));
  }
}

interface FirstBytes {
  readonly held: Uint8Array;
  /** Nothing follows them. */
  readonly isWhole: boolean;
}

const FIRST_ROOM: Bytes = 16 * 1024;

/** Copied together: a client may send byte by byte, and each chunk as an object of its own takes a hundred times its size. */
async function firstBytes(chunks: AsyncIterator<Uint8Array, undefined>, memory: Bytes): Promise<FirstBytes> {
  let room = Buffer.allocUnsafe(FIRST_ROOM);
  let filled = 0;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    const needed = filled + next.value.length;
    if (needed > room.length) room = grown(room.subarray(0, filled), needed);
    room.set(next.value, filled);
    filled = needed;
    if (filled > memory) return { held: room.subarray(0, filled), isWhole: false };
  }
  return { held: room.subarray(0, filled), isWhole: true };
}

function grown(bytes: Uint8Array, needed: Bytes): Buffer<ArrayBuffer> {
  const room = Buffer.allocUnsafe(Math.max(needed, 2 * bytes.length));
  room.set(bytes);
  return room;
}

async function* joined(held: Uint8Array, rest: AsyncIterator<Uint8Array, undefined>): AsyncGenerator<Uint8Array> {
  yield held;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function inMemory(bytes: Uint8Array): MeasuredContent {
  return {
    length: bytes.length,
    content: Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }),
    dispose: () => Promise.resolve(),
  };
}

function inSpool(spool: Spool, id: string, length: Bytes): MeasuredContent {
  const content = Readable.from(spool.open(id), { objectMode: false });
  return {
    length,
    content,
    async dispose() {
      content.destroy();
      await spool.remove(id);
    },
  };
}
