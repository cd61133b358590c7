import { takeBytes } from './small-copy.ts';

/** Shorter pieces are copied byte by byte: a call that copies costs more. */
const SHORT = 64;

/** Puts pieces together as they come. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param expected about how many bytes will come */
  constructor(expected: number) {
    this.#bytes = takeBytes(expected);
  }

  /** Adds `bytes[from]` to `bytes[to - 1]`. */
  write(bytes: Uint8Array, from: number, to: number): void {
    const start = this.#length;
    const length = to - from;
    if (start + length > this.#bytes.length) this.#grow(start + length);
    this.#length = start + length;
    const target = this.#bytes;
    if (length > SHORT) target.set(bytes.subarray(from, to), start);
    else for (let i = 0; i < length; i++) target[start + i] = bytes[from + i]!;
  }

  /** Begins anew in the same memory: what was written before is lost. */
  clear(): void {
    this.#length = 0;
  }

  /** What was written; nothing may be written afterwards, but behind `clear`. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(least: number): void {
    const larger = new Uint8Array(Math.max(least, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
