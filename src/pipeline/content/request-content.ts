import { Readable } from 'node:stream';
import type { Failure } from '../../core/codes.ts';
import type { RawFields } from '../../core/exchange/reply-sink.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import type { CodingShare } from '../../transform/codings/coding-memory.ts';
import { contentFailure } from '../../transform/content/content-error.ts';
import { HeldBytes } from '../../transform/content/held-bytes.ts';
import type { ContentMeans } from './content-means.ts';

/** Longest silence in content that is read before anything is sent. */
export const CONTENT_SILENCE: Milliseconds = 60_000;
/** Longest time that reading it takes in all: a byte a minute must not keep its room in memory or in the spool for days. */
const CONTENT_TIME: Milliseconds = 10 * 60_000;

/**
 * The content of one request. What was read for the decision is kept, and is what is sent: nobody who is asked twice can
 * answer twice.
 */
export class RequestContent {
  /** As it comes from the client. */
  readonly source: Readable;
  readonly #ask: () => void;
  readonly #means: Pick<ContentMeans, 'contentMemory' | 'held' | 'spool'>;
  #isAsked = false;
  #held: Held | undefined;
  #share: CodingShare | undefined;

  /** @param ask tells a client that waits for it to send (`Expect: 100-continue`) */
  constructor(source: Readable, ask: () => void, means: Pick<ContentMeans, 'contentMemory' | 'held' | 'spool'>) {
    this.source = source;
    this.#ask = ask;
    this.#means = means;
  }

  /**
   * Reads so far, into memory as long as there is room, then into the spool. Called once.
   * @param owner the agent, whose share of the spool it takes
   * @returns whether that was all of it
   * @failure malformed_request when it breaks off or does not go on; overloaded and store_unavailable from the spool
   */
  async hold(max: Bytes, owner: string): Promise<Result<'whole' | 'more', Failure>> {
    this.#askOnce();
    const rest = this.#restOfSource();
    const timer = this.#patience();
    try {
      const read = new BoundedReading(rest, max, () => timer.silence.refresh());
      const held = await this.#keep(read, owner);
      if (!held.ok) return held;
      this.#held = { ...held.value, rest, isWhole: read.isAtEnd };
      return ok(read.isAtEnd ? 'whole' : 'more');
    } catch (error) {
      return fail(contentFailure(error));
    } finally {
      clearTimeout(timer.silence);
      clearTimeout(timer.whole);
    }
  }

  /**
   * Reads so far, all of it into the spool: what waits for people does not wait in memory. What was read before goes there too.
   * @returns whether that was all of it
   * @failure as those of {@link hold}
   */
  async spoolAll(max: Bytes, owner: string): Promise<Result<'whole' | 'more', Failure>> {
    this.#askOnce();
    const before = this.#held;
    const rest = before?.rest ?? this.#restOfSource();
    const read = new BoundedReading(before === undefined ? rest : joined(before.open(), rest), max, () =>
      timer.silence.refresh(),
    );
    const timer = this.#patience();
    try {
      const { spool } = this.#means;
      const put = await spool.put(read, owner);
      if (!put.ok) return put;
      await before?.remove();
      this.#share?.release();
      const { id } = put.value;
      this.#held = { open: () => spool.open(id), remove: () => spool.remove(id), rest, isWhole: read.isAtEnd };
      return ok(read.isAtEnd ? 'whole' : 'more');
    } catch (error) {
      return fail(contentFailure(error));
    } finally {
      clearTimeout(timer.silence);
      clearTimeout(timer.whole);
    }
  }

  /** What was read, once more from its beginning; it may be read as often as it takes. */
  heldCopy(): Readable {
    return Readable.from(this.#held?.open() ?? [], { objectMode: false });
  }

  /** The whole content, as it is to be sent; to be opened once. */
  open(): Readable {
    this.#askOnce();
    const held = this.#held;
    if (held === undefined) return this.source;
    return Readable.from(held.isWhole ? held.open() : joined(held.open(), held.rest), { objectMode: false });
  }

  /** Trailer fields behind it, flat; there are none before all of it was read. */
  get trailers(): RawFields {
    return 'rawTrailers' in this.source ? (this.source.rawTrailers as RawFields) : [];
  }

  /** Frees what holds it; the source is left to its owner. */
  async dispose(): Promise<void> {
    const held = this.#held;
    this.#share?.release();
    if (held === undefined) return;
    await held.rest.return?.();
    await held.remove();
  }

  async #keep(read: BoundedReading, owner: string): Promise<Result<Pick<Held, 'open' | 'remove'>, Failure>> {
    const { contentMemory, held, spool } = this.#means;
    this.#share = held.share();
    const bytes = new HeldBytes(this.#share.hold(contentMemory) ? contentMemory : 0);
    for await (const chunk of read) {
      if (bytes.add(chunk)) continue;
      const put = await spool.put(joined([...bytes.blocks(), chunk], read[Symbol.asyncIterator]()), owner);
      this.#share.release();
      if (!put.ok) return put;
      const { id } = put.value;
      return ok({ open: () => spool.open(id), remove: () => spool.remove(id) });
    }
    const blocks = bytes.blocks();
    return ok({ open: () => blocks, remove: () => Promise.resolve() });
  }

  #restOfSource(): AsyncIterator<Uint8Array, undefined> {
    return this.source.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array, undefined>;
  }

  #patience(): Readonly<Record<'silence' | 'whole', NodeJS.Timeout>> {
    const endAfter = (time: Milliseconds, reason: string) => setTimeout(() => this.source.destroy(new Error(reason)), time);
    return {
      silence: endAfter(CONTENT_SILENCE, `it did not go on for ${CONTENT_SILENCE} ms`),
      whole: endAfter(CONTENT_TIME, `it was not whole after ${CONTENT_TIME} ms`),
    };
  }

  #askOnce(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#ask();
  }
}

interface Held {
  /** What was read. */
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** What was not. */
  readonly rest: AsyncIterator<Uint8Array, undefined>;
  readonly isWhole: boolean;
  remove(): Promise<void>;
}

/** Goes on until more than `max` bytes were read; then the rest stays where it is. */
class BoundedReading {
  readonly #chunks: AsyncIterator<Uint8Array, undefined>;
  readonly #max: Bytes;
  readonly #onChunk: () => void;
  #read: Bytes = 0;
  isAtEnd = false;

  constructor(chunks: AsyncIterator<Uint8Array, undefined>, max: Bytes, onChunk: () => void) {
    this.#chunks = chunks;
    this.#max = max;
    this.#onChunk = onChunk;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return { next: () => this.#next() };
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#read > this.#max) return { done: true, value: undefined };
    const next = await this.#chunks.next();
    this.#onChunk();
    this.isAtEnd = next.done === true;
    if (next.done !== true) this.#read += next.value.length;
    return next;
  }
}

async function* joined(
  held: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  rest: AsyncIterator<Uint8Array, undefined>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of held) yield chunk;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
