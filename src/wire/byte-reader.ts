/**
 * Reads big-endian numbers and length-prefixed vectors (RFC 8446 §3) from bytes that may be short or hostile. It never
 * throws: after the first read that finds too little, `failed` is true for good and reads give zeros and empty vectors.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** How many bytes are left to read. */
  get remaining(): number {
    return this.#failed ? 0 : this.#bytes.length - this.#offset;
  }

  /** The next number of `width` bytes, 1..4. */
  uint(width: number): number {
    let value = 0;
    for (const byte of this.bytes(width)) value = value * 256 + byte;
    return value;
  }

  /** The next `length` bytes, a view of the input. */
  bytes(length: number): Uint8Array {
    const end = this.#offset + length;
    if (this.#failed || end > this.#bytes.length) {
      this.#failed = true;
      return EMPTY;
    }
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  /** The content of the next vector, whose length is written in `width` bytes. */
  vector(width: number): Uint8Array {
    return this.bytes(this.uint(width));
  }
}

const EMPTY = new Uint8Array(0);
