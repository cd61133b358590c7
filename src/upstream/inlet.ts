import type { OnReadOpts, Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Bytes } from '../core/units.ts';

/** Most bytes read at once. */
const CAPACITY: Bytes = 64 * 1024;
/** Reads beyond this are dense, others sparse. */
const DENSE: Bytes = 4 * 1024;
/** Dense reads in a row that show a load: a handshake has one or two. */
const LOADED = 4;
/** Sparse reads in a row that show its end. */
const UNLOADED = 8;

/** What every connection without a buffer of its own reads into. Its bytes are copied out before anything else can be read. */
const SHARED = Buffer.allocUnsafeSlow(CAPACITY);

/**
 * Reads a socket into the same memory over and over, and hands what arrives to another stream. Node's own reading takes
 * 64 KiB of fresh memory for every read and leaves it to the collector: three times the CPU time for bulk
 * (docs/performance.md). A connection under load has a buffer of its own, used again only when what it held has gone to the
 * kernel; all others share one, so that an idle one costs nothing. The slower side sets the pace.
 */
export class Inlet {
  /** For `net.connect()`: a socket reads in this way from its first byte or never. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#own ?? SHARED,
    callback: (length, buffer) =>
      this.#take(buffer === SHARED ? Buffer.from(SHARED.subarray(0, length)) : buffer.subarray(0, length)),
  };
  #own: Buffer | undefined;
  /** Dense reads in a row; sparse ones where it is negative. */
  #streak = 0;
  /** Bytes that arrived before there was anyone to hand them to. */
  #held: Uint8Array | undefined;
  #from: Socket | undefined;
  #to: Writable | undefined;

  /** Bytes that arrived before {@link Inlet.flow}. */
  get held(): Bytes {
    return this.#held?.length ?? 0;
  }

  /** Hands everything that `from` receives to `to`, and its end as well. `from` must have been opened with {@link Inlet.onread}. */
  flow(from: Socket, to: Writable): void {
    this.#from = from;
    this.#to = to;
    from.once('end', () => to.end());
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined || this.#pass(to, held)) from.resume();
  }

  /** @returns false to stop reading */
  #take(bytes: Uint8Array): boolean {
    if (this.#to !== undefined) return this.#pass(this.#to, bytes);
    // Nothing else is read until somebody takes these.
    this.#held = bytes;
    return false;
  }

  #pass(to: Writable, bytes: Uint8Array): boolean {
    this.#fit(bytes.length);
    let isPending = false;
    to.write(bytes, () => {
      if (isPending) this.#from?.resume();
    });
    // What the kernel took at once is copied; anything else still lies in the buffer.
    isPending = to.writableLength > 0;
    return !isPending;
  }

  // Bytes in hand stay where they were read to; this is about what is read next.
  #fit(length: Bytes): void {
    this.#streak = length > DENSE ? Math.max(this.#streak, 0) + 1 : Math.min(this.#streak, 0) - 1;
    if (this.#streak >= LOADED) this.#own ??= Buffer.allocUnsafeSlow(CAPACITY);
    else if (this.#streak <= -UNLOADED) this.#own = undefined;
  }
}
