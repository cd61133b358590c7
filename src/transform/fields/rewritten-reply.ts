import type { RawFields, ReplySink } from '../../core/exchange/reply-sink.ts';

/** What is done to the head of an answer on its way. */
export interface Rewriting {
  /** To the fields of interim and final answers, and to trailers. */
  readonly fields: (fields: RawFields) => RawFields;
  /** To the reason phrase; absent: it stays. */
  readonly reason?: (reason: string) => string;
}

/** Rewrites the fields of an answer and its trailers; its content passes untouched. */
export class RewrittenReply implements ReplySink {
  readonly #inner: ReplySink;
  readonly #rewriting: Rewriting;

  constructor(inner: ReplySink, rewriting: Rewriting) {
    this.#inner = inner;
    this.#rewriting = rewriting;
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
    this.#inner.inform(status, this.#rewriting.fields(fields));
  }

  start(status: number, reason: string, fields: RawFields, isAll?: boolean): void {
    this.#inner.start(status, this.#rewriting.reason?.(reason) ?? reason, this.#rewriting.fields(fields), isAll);
  }

  write(chunk: Uint8Array): boolean {
    return this.#inner.write(chunk);
  }

  whenDrained(listener: () => void): void {
    this.#inner.whenDrained(listener);
  }

  end(trailers?: RawFields): void {
    this.#inner.end(trailers === undefined ? trailers : this.#rewriting.fields(trailers));
  }

  abort(): void {
    this.#inner.abort();
  }

  whenAborted(listener: () => void): void {
    this.#inner.whenAborted(listener);
  }
}
