import { ANY, type ByteSet } from '../characters/byte-set.ts';
import { PairIndex } from './pair-index.ts';

/** Bytes that tell which tokens may be there. */
const TOLD_BY = 4;
/** Of fewer tokens each is compared. */
const FEW = 4;
/** Of more, so many bytes are remembered with what they tell; a power of two. */
const REMEMBERED = 1 << 12;
const FACTOR = 0x9e37_79b1;

/** What was added, and what tells it. */
export interface Entry<T> {
  /** What may stand at the third place from where it is found, and at the fourth. */
  readonly third: ByteSet;
  readonly fourth: ByteSet;
  readonly value: T;
}

/** Tokens by four bytes that they have somewhere. Many begin with the same two; for all four there is mostly none. */
export class TokenIndex<T> {
  readonly #byPair = new PairIndex<Entry<T>>();
  readonly #keys = new Int32Array(REMEMBERED);
  readonly #found: (readonly Entry<T>[] | undefined)[] = Array.from({ length: REMEMBERED }, () => undefined);

  /** @param sets what may stand at the place by which it is found, and behind it; from the third on they may be missing */
  add(sets: readonly ByteSet[], value: T): void {
    this.#byPair.add(sets[0]!, sets[1]!, { third: sets[2] ?? ANY, fourth: sets[3] ?? ANY, value });
  }

  /**
   * What may be at `text[at]`, and perhaps a few more. The text has `length` bytes, and what goes on behind it may be anything.
   */
  at(text: Uint8Array, at: number, length: number): readonly Entry<T>[] {
    const entries = this.#byPair.get(text[at]! | ((at + 1 < length ? text[at + 1]! : 0) << 8));
    if (entries.length === 0 || at + TOLD_BY > length) return entries;
    if (entries.length > FEW) return this.#remembered(entries, text, at);
    for (let i = 0; i < entries.length; i++) if (mayBe(entries[i]!, text, at)) return entries;
    return NONE;
  }

  #remembered(entries: readonly Entry<T>[], text: Uint8Array, at: number): readonly Entry<T>[] {
    const key = text[at]! | (text[at + 1]! << 8) | (text[at + 2]! << 16) | (text[at + 3]! << 24);
    const slot = Math.imul(key, FACTOR) >>> 20;
    const known = this.#found[slot];
    if (known !== undefined && this.#keys[slot] === key) return known;
    const found = entries.filter((entry) => mayBe(entry, text, at));
    this.#keys[slot] = key;
    this.#found[slot] = found;
    return found;
  }
}

const NONE: readonly never[] = [];

function mayBe(entry: Entry<unknown>, text: Uint8Array, at: number): boolean {
  return entry.third[text[at + 2]!] === 1 && entry.fourth[text[at + 3]!] === 1;
}
