/** Slots; a power of two, several times as many as there are words. */
const BITS = 13;
const SLOTS: number = 1 << BITS;
const FACTOR = 0x9e37_79b1;
/** Longer ones are not in it. */
const LONGEST = 8;

/** A number for each of some words of small letters, looked up by bytes: no text is made of what mostly is none of them. */
export class WordTable {
  /** By slot: which word is there, and one more; 0 where none is. */
  readonly #slots = new Uint16Array(SLOTS);
  /** Eight bytes a word, zeros behind it. */
  readonly #letters: Uint8Array;
  readonly #values: readonly number[];

  /** @param words of at most {@link LONGEST} small letters each */
  constructor(words: ReadonlyMap<string, number>) {
    this.#letters = new Uint8Array(words.size * LONGEST);
    this.#values = [...words.values()];
    for (const [i, word] of [...words.keys()].entries()) {
      for (let k = 0; k < word.length; k++) this.#letters[i * LONGEST + k] = word.charCodeAt(k);
      let slot = slotOf(this.#letters, i * LONGEST, i * LONGEST + word.length);
      while (this.#slots[slot] !== 0) slot = (slot + 1) % SLOTS;
      this.#slots[slot] = i + 1;
    }
  }

  /** The number of the word in `bytes[from]` to `bytes[to - 1]`, letters in either case; undefined where it is none of them. */
  get(bytes: Uint8Array, from: number, to: number): number | undefined {
    if (to - from > LONGEST) return undefined;
    for (let slot = slotOf(bytes, from, to); this.#slots[slot] !== 0; slot = (slot + 1) % SLOTS) {
      const word = this.#slots[slot]! - 1;
      if (this.#is(word, bytes, from, to)) return this.#values[word];
    }
    return undefined;
  }

  #is(word: number, bytes: Uint8Array, from: number, to: number): boolean {
    const first = word * LONGEST;
    for (let i = from; i < to; i++) if (this.#letters[first + i - from] !== (bytes[i]! | 0x20)) return false;
    return to - from === LONGEST || this.#letters[first + to - from] === 0;
  }
}

/** Few words of a list are alike in their first four letters and their length. */
function slotOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = to - from;
  for (let i = from; i < to && i < from + 4; i++) hash = (hash << 5) | (bytes[i]! & 0x1f);
  return Math.imul(hash, FACTOR) >>> (32 - BITS);
}
