import type { Bytes } from '../../core/units.ts';

/** Many small pieces are put together before there are more of them than this: each as an object takes a hundred bytes. */
const MOST_PIECES = 64;

/** Text that waits to be recorded, copied: what it came in is as large as what was read of a socket. */
export class TextBuffer {
  #pieces: Buffer[] = [];
  #length: Bytes = 0;

  get length(): Bytes {
    return this.#length;
  }

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#pieces.length === MOST_PIECES) this.#pieces = [Buffer.concat(this.#pieces)];
    this.#pieces.push(Buffer.from(bytes));
    this.#length += bytes.length;
  }

  /** The first bytes, at most so many. */
  take(most: Bytes): Buffer {
    const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    const rest = all.subarray(most);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return all.subarray(0, most);
  }
}
