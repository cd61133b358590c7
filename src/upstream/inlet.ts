import type { OnReadOpts, Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Bytes } from '../core/units.ts';

/** What an idle connection keeps; enough for a handshake record. */
const SMALL: Bytes = 4 * 1024;
/** What a connection under load reads at once. */
const LARGE: Bytes = 64 * 1024;
/** Reads in a row that left most of a large buffer empty, after which it is given back. */
const SPARSE_READS = 8;

/**
 * Reads a socket into one buffer of its own, over and over, and hands what arrives to another stream. Node's own reading
 * takes 64 KiB of fresh memory for every read and leaves it to the collector: three times the CPU time for bulk
 * (docs/performance.md). The buffer is used again only when what it held has gone to the kernel, so the slower side sets
 * the pace.
 */
export class Inlet {
  /** For `net.connect()`: a socket reads in this way from its first byte or never. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#buffer,
    callback: (length, buffer) => this.#take(buffer.subarray(0, length)),
  };
  #buffer = Buffer.allocUnsafeSlow(SMALL);
  #sparseReads = 0;
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
    // Nothing else is read until somebody takes these, so they stay whole where they are.
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

  // Bytes in hand lie in the buffer they were read into; a new one is for what is read next.
  #fit(length: Bytes): void {
    if (length === this.#buffer.length && length < LARGE) this.#buffer = Buffer.allocUnsafeSlow(LARGE);
    this.#sparseReads = length < LARGE / 4 ? this.#sparseReads + 1 : 0;
    if (this.#buffer.length === LARGE && this.#sparseReads >= SPARSE_READS) this.#buffer = Buffer.allocUnsafeSlow(SMALL);
  }
}
