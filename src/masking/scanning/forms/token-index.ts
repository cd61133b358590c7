import type { ByteSet } from '../characters/byte-set.ts';
import { PairIndex } from './pair-index.ts';

/** Bytes that tell which tokens may be there. */
const TOLD_BY = 4;
/** So many of them are remembered with what they tell; a power of two. */
const REMEMBERED = 1 << 12;
const FACTOR = 0x9e37_79b1;

interface Entry<T> {
  /** What may stand at the place by which it is found, and behind it. */
  readonly sets: readonly ByteSet[];
  readonly value: T;
}

/**
 * Tokens by four bytes that they have somewhere. Many begin with the same two; for all four there is mostly none, and what was
 * found for them is remembered.
 */
export class TokenIndex<T> {
  readonly #byPair = new PairIndex<Entry<T>>();
  readonly #keys = new Int32Array(REMEMBERED);
  readonly #values: (readonly T[] | undefined)[] = Array.from({ length: REMEMBERED }, () => undefined);

  /** @param sets what may stand at the place by which it is found, and behind it; from the third on they may be missing */
  add(sets: readonly ByteSet[], value: T): void {
    this.#byPair.add(sets[0]!, sets[1]!, { sets: sets.slice(2, TOLD_BY), value });
  }

  /** What may be at `text[at]`; the text has `length` bytes. */
  at(text: Uint8Array, at: number, length: number): readonly T[] {
    if (at + TOLD_BY > length) return this.#find(text, at, length);
    const key = text[at]! | (text[at + 1]! << 8) | (text[at + 2]! << 16) | (text[at + 3]! << 24);
    const slot = Math.imul(key, FACTOR) >>> 20;
    const known = this.#values[slot];
    if (known !== undefined && this.#keys[slot] === key) return known;
    const found = this.#find(text, at, length);
    this.#keys[slot] = key;
    this.#values[slot] = found;
    return found;
  }

  #find(text: Uint8Array, at: number, length: number): readonly T[] {
    const next = at + 1 < length ? text[at + 1]! : 0;
    return this.#byPair
      .get(text[at]! | (next << 8))
      .filter(({ sets }) => sets.every((set, i) => at + 2 + i >= length || set[text[at + 2 + i]!] === 1))
      .map(({ value }) => value);
  }
}
