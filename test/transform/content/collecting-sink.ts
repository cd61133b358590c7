import { EventEmitter } from 'node:events';
import type { RawFields, ReplySink } from '../../../src/core/exchange/reply-sink.ts';

/** A sink that keeps what reaches it, reads as slowly as it is told to, and refuses calls that come out of order. */
export class CollectingSink implements ReplySink {
  readonly calls: string[] = [];
  readonly chunks: Uint8Array[] = [];
  head: { status: number; reason: string; fields: RawFields } | undefined;
  trailers: RawFields | undefined;
  /** While set, every write asks to wait. */
  isSlow = false;
  closed = false;
  readonly #events = new EventEmitter();

  get started(): boolean {
    return this.head !== undefined;
  }

  get content(): Buffer {
    return Buffer.concat(this.chunks);
  }

  continue(): void {
    this.calls.push('continue');
  }

  inform(status: number): void {
    this.calls.push(`inform ${status}`);
  }

  start(status: number, reason: string, fields: RawFields): void {
    if (this.started) throw new Error('Started twice');
    this.calls.push('start');
    this.head = { status, reason, fields };
  }

  write(chunk: Uint8Array): boolean {
    if (!this.started || this.calls.includes('end')) throw new Error('Written to before the head or behind the end');
    this.chunks.push(Uint8Array.from(chunk));
    return !this.isSlow;
  }

  whenDrained(listener: () => void): void {
    this.#events.once('drain', listener);
  }

  end(trailers: RawFields = []): void {
    if (!this.started) throw new Error('Ended before the head');
    this.calls.push('end');
    this.trailers = trailers;
  }

  abort(): void {
    this.calls.push('abort');
  }

  whenAborted(listener: () => void): void {
    this.#events.once('aborted', listener);
  }

  drain(): void {
    this.isSlow = false;
    this.#events.emit('drain');
  }

  leave(): void {
    this.closed = true;
    this.#events.emit('aborted');
  }
}
