import { finished, Readable } from 'node:stream';
import type { Failure } from '../../core/codes.ts';
import type { Spool } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { contentFailure } from './content-error.ts';
import { HeldBytes } from './held-bytes.ts';

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
 * @param owner whose share of the spool it takes
 * @failure what the content ends with, see {@link contentFailure}; overloaded and store_unavailable from the spool
 */
export async function measuredContent(
  content: Readable,
  memory: Bytes,
  { spool, owner }: { readonly spool: Spool; readonly owner: string },
): Promise<Result<MeasuredContent, Failure>> {
  const held = new HeldBytes(memory);
  try {
    const beyond = await fill(held, content);
    if (beyond === undefined) return ok(inMemory(held));
    const put = await spool.put(joined([...held.blocks(), beyond], content), owner);
    if (put.ok) return ok(inSpool(spool, put.value.id, put.value.bytes));
    content.destroy();
    return put;
  } catch (error) {
    // Node's streams throw what they were destroyed with.
    return fail(contentFailure(error));
  }
}

/**
 * Reads until nothing more fits; by events, since an iterator costs two turns of the queue for each chunk.
 * @returns the chunk that did not fit, the content being paused behind it; undefined where that was all
 */
function fill(held: HeldBytes, content: Readable): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Uint8Array): void => {
      if (held.add(chunk)) return;
      content.off('data', onData).pause();
      resolve(chunk);
    };
    // It goes on to listen: an error may come before the next reader does.
    finished(content, { writable: false }, (error) => {
      if (error) reject(error);
      else resolve(undefined);
    });
    content.on('data', onData);
  });
}

async function* joined(held: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* held;
  yield* rest;
}

function inMemory(held: HeldBytes): MeasuredContent {
  return {
    length: held.length,
    content: Readable.from(held.blocks(), { objectMode: false }),
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
