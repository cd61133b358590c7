import { UnreadableContent } from '../../unreadable.ts';

/** Puts together what arrives in pieces. It copies, because a chunk belongs to its sender after the call. */
export class ByteCollector {
  readonly #max: number;
  readonly #what: string;
  #bytes = new Uint8Array(256);
  #length = 0;

  /**
   * @param max most bytes that are held at a time
   * @param what is held, for the message: `an event`
   */
  constructor(max: number, what: string) {
    this.#max = max;
    this.#what = what;
  }

  get length(): number {
    return this.#length;
  }

  /** @throws UnreadableContent beyond the limit */
  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#max) throw new UnreadableContent(`Found ${this.#what} of more than ${this.#max} bytes`);
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }

  /** What is held now: a view that is valid until the next call. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Lets go of the first `length` bytes. */
  drop(length: number): void {
    this.#bytes.copyWithin(0, length, this.#length);
    this.#length -= length;
  }

  /**
   * What was collected with `bytes[start]` to `bytes[end - 1]` after it, as a copy of its own; the collector is empty
   * afterwards.
   *
   * @throws UnreadableContent beyond the limit
   */
  complete(bytes: Uint8Array, start: number, end: number): Uint8Array {
    if (this.#length === 0 && end - start <= this.#max) return bytes.slice(start, end);
    this.append(bytes.subarray(start, end));
    return this.take();
  }

  /** What was collected, as a copy of its own; the collector is empty afterwards. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
