import type { Bytes } from '../../core/units.ts';

const FIRST_ROOM: Bytes = 16 * 1024;

/** Bytes that come in pieces, copied together: a client may send them one by one, and each as an object takes a hundred. */
export class HeldBytes {
  readonly #limit: Bytes;
  #room = new Uint8Array(0);
  #filled: Bytes = 0;

  constructor(limit: Bytes) {
    this.#limit = limit;
  }

  /** @returns false where they do not fit; then they were not taken */
  add(bytes: Uint8Array): boolean {
    const needed = this.#filled + bytes.length;
    if (needed > this.#limit) return false;
    if (needed > this.#room.length) this.#grow(needed);
    this.#room.set(bytes, this.#filled);
    this.#filled = needed;
    return true;
  }

  /** All of them; nothing may be added any more. */
  take(): Uint8Array {
    return this.#room.subarray(0, this.#filled);
  }

  #grow(needed: Bytes): void {
    const room = new Uint8Array(Math.max(needed, FIRST_ROOM, Math.min(this.#limit, 2 * this.#room.length)));
    room.set(this.take());
    this.#room = room;
  }
}
