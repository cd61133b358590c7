import type { Span } from './span.ts';

/** Spans that wait for the collector, oldest first. When it is full, those that come are dropped: a collector that is down costs memory, not exchanges. */
export class SpanBuffer {
  #spans: Span[] = [];
  readonly #capacity: number;
  readonly #onDropped: (count: number) => void;

  constructor(capacity: number, onDropped: (count: number) => void) {
    this.#capacity = capacity;
    this.#onDropped = onDropped;
  }

  get size(): number {
    return this.#spans.length;
  }

  push(span: Span): void {
    if (this.#spans.length < this.#capacity) this.#spans.push(span);
    else this.#onDropped(1);
  }

  /** The oldest, which stay. */
  first(count: number): readonly Span[] {
    return this.#spans.slice(0, count);
  }

  remove(count: number): void {
    this.#spans = this.#spans.slice(count);
  }
}
