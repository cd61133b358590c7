import type { NextWord } from './context-words.ts';

/** So many bytes tell whether a phrase begins: its first letters, with what may stand between them. */
const TOLD_WITHIN = 32;

/**
 * Where words of one kind begin in a text, as far as was asked. In a column of numbers each has the same words before it as the
 * last one, or none: what was found, and where nothing was, is remembered.
 */
export class WordSearch {
  readonly #nextWord: NextWord;
  /** Between these places of the whole text no word begins. */
  #quietFrom = 0;
  #quietTo = 0;
  /** Where one begins. */
  #found = -1;

  constructor(next: NextWord) {
    this.#nextWord = next;
  }

  /**
   * Whether a word may begin from `from` to `to`.
   * @param base position in the whole text of `bytes[0]`
   */
  finds(bytes: Uint8Array, from: number, to: number, base: number): boolean {
    if (this.#found >= base + from && this.#found < base + to) return true;
    const loud = this.behindQuiet(from, base);
    if (loud === from) this.#quietFrom = base + from;
    const next = loud >= to ? to : this.#nextWord(bytes, loud, to);
    // What a word at the very end is the beginning of, more of the text may tell.
    this.#quietTo = Math.max(base + Math.min(next, bytes.length - TOLD_WITHIN), this.#quietFrom);
    if (next < to) this.#found = base + next;
    return next < to;
  }

  /** Behind where no word begins, as far as that is known. */
  behindQuiet(at: number, base: number): number {
    const isQuiet = base + at >= this.#quietFrom && base + at <= this.#quietTo;
    return isQuiet ? this.#quietTo - base : at;
  }
}
