import type { RawFields, ReplySink } from '../../core/exchange/reply-sink.ts';
import type { ContentTap } from '../../transform/content/tapped-content.ts';

/** Passes an answer on as it is, and has it recorded. Interim responses are not. */
export class RecordedReply implements ReplySink {
  readonly #inner: ReplySink;
  readonly #open: (status: number, fields: RawFields) => ContentTap;
  #tap: ContentTap | undefined;
  /** What the last `write` found. */
  #isInnerReady = true;

  /** @param open begins the record of the answer */
  constructor(inner: ReplySink, open: (status: number, fields: RawFields) => ContentTap) {
    this.#inner = inner;
    this.#open = open;
  }

  get started(): boolean {
    return this.#tap !== undefined || this.#inner.started;
  }

  get closed(): boolean {
    return this.#inner.closed;
  }

  continue(): void {
    this.#inner.continue();
  }

  inform(status: number, fields: RawFields): void {
    this.#inner.inform(status, fields);
  }

  start(status: number, reason: string, fields: RawFields, isAll?: boolean): void {
    this.#inner.start(status, reason, fields, isAll);
    this.#tap = this.#open(status, fields);
  }

  write(chunk: Uint8Array): boolean {
    this.#isInnerReady = this.#inner.write(chunk);
    const isTapReady = this.#tap?.push(chunk) ?? true;
    return this.#isInnerReady && isTapReady;
  }

  whenDrained(listener: () => void): void {
    const whenRecorded = (): void => {
      if (this.#tap === undefined) listener();
      else this.#tap.whenReady(listener);
    };
    if (this.#isInnerReady) whenRecorded();
    else this.#inner.whenDrained(whenRecorded);
  }

  end(trailers?: RawFields): void {
    this.#inner.end(trailers);
    this.#tap?.end(trailers);
  }

  abort(): void {
    this.#inner.abort();
    this.#tap?.abort();
  }

  whenAborted(listener: () => void): void {
    this.#inner.whenAborted(listener);
  }
}
