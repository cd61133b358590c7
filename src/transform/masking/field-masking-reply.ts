import type { RawFields, ReplySink } from '../../core/exchange/reply-sink.ts';
import type { Masking } from '../../masking/masker.ts';
import { maskFields, RECOGNISING_FIELDS } from './mask-fields.ts';

/** Masks the fields of an answer and its trailers; its content passes untouched. */
export class FieldMaskingReply implements ReplySink {
  readonly #inner: ReplySink;
  readonly #masking: Masking;

  constructor(inner: ReplySink, masking: Masking) {
    this.#inner = inner;
    this.#masking = masking;
  }

  get started(): boolean {
    return this.#inner.started;
  }

  get closed(): boolean {
    return this.#inner.closed;
  }

  continue(): void {
    this.#inner.continue();
  }

  inform(status: number, fields: RawFields): void {
    this.#inner.inform(status, this.#masked(fields));
  }

  start(status: number, reason: string, fields: RawFields): void {
    this.#inner.start(status, reason, this.#masked(fields));
  }

  write(chunk: Uint8Array): boolean {
    return this.#inner.write(chunk);
  }

  whenDrained(listener: () => void): void {
    this.#inner.whenDrained(listener);
  }

  end(trailers?: RawFields): void {
    this.#inner.end(trailers === undefined ? trailers : this.#masked(trailers));
  }

  abort(): void {
    this.#inner.abort();
  }

  whenAborted(listener: () => void): void {
    this.#inner.whenAborted(listener);
  }

  #masked(fields: RawFields): RawFields {
    return maskFields(fields, this.#masking, RECOGNISING_FIELDS);
  }
}
