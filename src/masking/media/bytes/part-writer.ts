/** Shorter stretches are copied together: a view of each costs more than its bytes. */
const SHORT = 64;
/** So much memory the copies of all writers share. What was written is never written to again. */
const SHARED = 16_384;

let memory = new Uint8Array(SHARED);
let used = 0;

/**
 * Collects stretches of bytes in parts: long ones, and short ones that stand alone, are views of where they came from; of others
 * several become one part.
 */
export class PartWriter {
  #parts: Uint8Array[] = [];
  /** A short stretch behind a long one: nothing need be copied if another long one follows. */
  #alone: Uint8Array | undefined;
  #aloneFrom = 0;
  #aloneTo = 0;
  /** What was copied since the last part: from where to where in the memory that was shared then; -1 where nothing was. */
  #copied = -1;
  #copiedTo = 0;
  #copiedIn = memory;

  /** Adds `bytes[from]` to `bytes[to - 1]`. */
  write(bytes: Uint8Array, from: number, to: number): void {
    if (to <= from) return;
    if (to - from > SHORT) {
      this.#endPart();
      this.#parts.push(viewOf(bytes, from, to));
    } else if (this.#alone === undefined && this.#copied < 0) {
      this.#alone = bytes;
      this.#aloneFrom = from;
      this.#aloneTo = to;
    } else {
      if (this.#alone !== undefined) this.#copy(this.#alone, this.#aloneFrom, this.#aloneTo);
      this.#alone = undefined;
      this.#copy(bytes, from, to);
    }
  }

  /** What was collected since the last call; none of the parts is empty. */
  take(): readonly Uint8Array[] {
    this.#endPart();
    const parts = this.#parts;
    if (parts.length > 0) this.#parts = [];
    return parts;
  }

  #copy(bytes: Uint8Array, from: number, to: number): void {
    if (used + to - from > SHARED) {
      memory = new Uint8Array(SHARED);
      used = 0;
    }
    // Another writer may have written behind it.
    if (this.#copiedIn !== memory || this.#copiedTo !== used) this.#endCopied();
    if (this.#copied < 0) this.#copied = used;
    const target = memory;
    let at = used;
    for (let i = from; i < to; i++) target[at++] = bytes[i]!;
    used = at;
    this.#copiedIn = target;
    this.#copiedTo = at;
  }

  #endPart(): void {
    if (this.#alone !== undefined) this.#parts.push(viewOf(this.#alone, this.#aloneFrom, this.#aloneTo));
    this.#alone = undefined;
    this.#endCopied();
  }

  #endCopied(): void {
    if (this.#copied >= 0) this.#parts.push(this.#copiedIn.subarray(this.#copied, this.#copiedTo));
    this.#copied = -1;
  }
}

function viewOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
}
