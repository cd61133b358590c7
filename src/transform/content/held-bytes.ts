import type { Bytes } from '../../core/units.ts';

/** Small content must not take much room, large content not many blocks: each is as large as all before it, within these. */
const SMALLEST_BLOCK: Bytes = 16 * 1024;
const LARGEST_BLOCK: Bytes = 64 * 1024;

/**
 * Bytes that come in pieces, copied together: a client may send them one by one, and each as an object takes a hundred. In
 * blocks, since room that grew as a whole would be copied again and again, and leave three times its size to the collector.
 */
export class HeldBytes {
  readonly #limit: Bytes;
  readonly #full: Uint8Array[] = [];
  #block = new Uint8Array(0);
  #filled: Bytes = 0;
  #length: Bytes = 0;

  constructor(limit: Bytes) {
    this.#limit = limit;
  }

  get length(): Bytes {
    return this.#length;
  }

  /** @returns false where they do not fit; then they were not taken */
  add(bytes: Uint8Array): boolean {
    if (this.#length + bytes.length > this.#limit) return false;
    for (let at = 0; at < bytes.length;) {
      if (this.#filled === this.#block.length) this.#open();
      const part = bytes.subarray(at, at + this.#block.length - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      this.#length += part.length;
      at += part.length;
    }
    return true;
  }

  /** All of them, in order; nothing may be added any more. */
  blocks(): readonly Uint8Array[] {
    return this.#filled === 0 ? this.#full : [...this.#full, this.#block.subarray(0, this.#filled)];
  }

  #open(): void {
    if (this.#filled > 0) this.#full.push(this.#block);
    this.#block = Buffer.allocUnsafeSlow(Math.min(Math.max(this.#length, SMALLEST_BLOCK), LARGEST_BLOCK));
    this.#filled = 0;
  }
}
