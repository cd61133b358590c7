import type { ByteSet } from '../characters/byte-set.ts';

/** Values by pairs of bytes. */
export class PairIndex<T> {
  /** By first byte and second byte × 256: position in {@link #lists}. */
  readonly #positions = new Uint16Array(65_536);
  readonly #lists: (readonly T[])[] = [[]];
  /** Lists that hold the same are one list. */
  readonly #extended = new Map<string, number>();
  readonly #ids = new Map<T, number>();

  /** Adds a value for every pair of these. */
  add(first: ByteSet, second: ByteSet, value: T): void {
    for (let a = 0; a < 256; a++) {
      if (first[a] === 0) continue;
      for (let b = 0; b < 256; b++) if (second[b] === 1) this.addPair(a | (b << 8), value);
    }
  }

  addPair(pair: number, value: T): void {
    const id = this.#ids.get(value) ?? this.#ids.size;
    this.#ids.set(value, id);
    const key = `${this.#positions[pair]!} ${id}`;
    let position = this.#extended.get(key);
    if (position === undefined) {
      position = this.#lists.length;
      this.#lists.push([...this.#lists[this.#positions[pair]!]!, value]);
      this.#extended.set(key, position);
    }
    this.#positions[pair] = position;
  }

  /** By pair: which of {@link lists} it has. */
  get positions(): Uint16Array {
    return this.#positions;
  }

  get lists(): readonly (readonly T[])[] {
    return this.#lists;
  }

  get(pair: number): readonly T[] {
    return this.#lists[this.#positions[pair]!]!;
  }
}
