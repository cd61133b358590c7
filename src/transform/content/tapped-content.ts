import { finished, Readable } from 'node:stream';
import type { RawFields } from '../../core/exchange/reply-sink.ts';
import { STREAM_BUFFER } from '../codings/stream-buffer.ts';

/** Who sees content pass. */
export interface ContentTap {
  /** Sees a piece. False where it is behind: `whenReady` calls once when it has caught up. */
  push(bytes: Uint8Array): boolean;
  whenReady(listener: () => void): void;
  /** @param trailers fields behind the content, where there are any */
  end(trailers?: RawFields): void;
  /** It broke off, or nobody takes the rest. */
  abort(): void;
}

/**
 * Content as it is, seen by somebody as it passes, who may make it wait but not change it. An error of the source ends it. When
 * it is destroyed, the source is let go of, paused, and left to its owner.
 */
export class TappedContent extends Readable {
  readonly #source: Readable;
  readonly #tap: ContentTap;
  /** The tap is behind: nothing is read before it has caught up. */
  #isWaiting = false;
  readonly #onData = (chunk: Uint8Array): void => this.#pass(chunk);
  readonly #onEnd = (): void => {
    this.#tap.end();
    this.push(null);
  };

  constructor(source: Readable, tap: ContentTap) {
    super({ highWaterMark: STREAM_BUFFER });
    this.#source = source;
    this.#tap = tap;
    source.pause().on('data', this.#onData).once('end', this.#onEnd);
    finished(source, { writable: false }, (error) => {
      if (error) this.destroy(error);
    });
    // Its reader has a listener of its own. An error that comes when there is no reader must not end the process.
    this.on('error', () => {});
  }

  override _read(): void {
    if (!this.#isWaiting) this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source.off('data', this.#onData).off('end', this.#onEnd).pause();
    this.#tap.abort();
    done(error);
  }

  #pass(chunk: Uint8Array): void {
    const wantsMore = this.push(chunk);
    const isReady = this.#tap.push(chunk);
    if (!wantsMore || !isReady) this.#source.pause();
    if (isReady) return;
    this.#isWaiting = true;
    this.#tap.whenReady(() => {
      this.#isWaiting = false;
      if (!this.destroyed) this.#source.resume();
    });
  }
}
