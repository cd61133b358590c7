import type { ByteSet } from '../characters/byte-set.ts';
import { CLASSES, DIGIT, LETTER, LOWER, UPPER } from '../characters/byte-classes.ts';

const COLUMNS = 36;
/** May stand between two characters of a name: `- _ .` and the space. */
export const DASHES: ReadonlySet<number> = new Set([0x2d, 0x5f, 0x2e, 0x20]);
/** A name as long as this is told from others by itself; a shorter one could be the end of any word. */
const SELF_TELLING = 8;

const COMPLETE = 0x8000;

/** The last three characters of a name, in either case. */
export interface Ending {
  readonly third: ByteSet;
  readonly before: ByteSet;
  readonly last: ByteSet;
}

/**
 * Field names, read from their last character to their first: the name of a field is met at its end, before the colon or the
 * equals sign. `apikey` stands for `apiKey`, `API_KEY` and `x-api-key`.
 */
export class ReverseNames<T> {
  readonly #next: number[] = Array.from({ length: COLUMNS }, () => 0);
  readonly #targets: (readonly T[])[] = [[]];
  #states = 1;
  /** Pairs of characters that names end with: nearly every field is ruled out by its last two. */
  readonly #endings = new Uint8Array(65_536);
  readonly #endingsByText = new Map<string, Ending>();

  add(name: string, target: T): void {
    this.#noteEnding(name);
    let state = 0;
    for (let i = name.length - 1; i >= 0; i--) {
      const cell = state * COLUMNS + columnOf(name.charCodeAt(i));
      if (this.#next[cell] === 0) {
        this.#next[cell] = this.#states++;
        this.#next.push(...Array.from({ length: COLUMNS }, () => 0));
        this.#targets.push([]);
      }
      state = this.#next[cell]!;
    }
    this.#targets[state] = [...this.#targets[state]!, target];
  }

  /** What names end with. */
  get endings(): Iterable<Ending> {
    return this.#endingsByText.values();
  }

  /**
   * The automaton by which they are read from their ends: a row of 36 cells for each state, digits and letters, the first row
   * being that of the end. A cell is the next state or 0, with 0x8000 where a name is complete there.
   */
  get automaton(): Uint16Array {
    return Uint16Array.from(this.#next, (state) => (this.#targets[state]!.length === 0 ? state : state | COMPLETE));
  }

  #noteEnding(name: string): void {
    const text = name.slice(-3);
    if (this.#endingsByText.has(text)) return;
    const [third, before, last] = [3, 2, 1].map((back) => setOfBytes(casesOf(name.charCodeAt(name.length - back)))) as [
      ByteSet,
      ByteSet,
      ByteSet,
    ];
    for (const dash of DASHES) before[dash] = 1;
    for (const [byte, isLast] of last.entries()) {
      if (isLast === 0) continue;
      for (let i = 0; i < 256; i++) if (before[i] === 1) this.#endings[i | (byte << 8)] = 1;
    }
    this.#endingsByText.set(text, { third, before, last });
  }

  /**
   * The targets of the longest name that ends right before `end`.
   * @param floor how far back the text goes
   */
  endingAt(bytes: Uint8Array, end: number, floor: number): readonly T[] {
    let state = 0;
    let found = this.#targets[0]!;
    if (end - floor < 2 || this.#endings[bytes[end - 2]! | (bytes[end - 1]! << 8)] === 0) return found;
    let length = 0;
    for (let i = end - 1; i >= floor; i--) {
      const byte = bytes[i]!;
      if ((CLASSES[byte]! & (LETTER | DIGIT)) === 0) {
        if (length > 0 && DASHES.has(byte)) continue;
        break;
      }
      state = this.#next[state * COLUMNS + columnOf(byte)]!;
      if (state === 0) break;
      length++;
      const targets = this.#targets[state]!;
      if (targets.length > 0 && (length >= SELF_TELLING || beginsWord(bytes, i, floor))) found = targets;
    }
    return found;
  }
}

function setOfBytes(bytes: readonly number[]): ByteSet {
  const set = new Uint8Array(256);
  for (const byte of bytes) set[byte] = 1;
  return set;
}

function casesOf(byte: number): readonly number[] {
  return byte >= 0x61 && byte <= 0x7a ? [byte, byte - 0x20] : [byte];
}

/** Whether a word begins at `at`: after no letter, or where a capital follows a small letter. */
function beginsWord(bytes: Uint8Array, at: number, floor: number): boolean {
  if (at <= floor) return true;
  const before = CLASSES[bytes[at - 1]!]!;
  if ((before & LETTER) === 0) return true;
  // The n of a `\n` before it.
  if (at - 2 >= floor && bytes[at - 2] === 0x5c) return true;
  return (before & LOWER) !== 0 && (CLASSES[bytes[at]!]! & UPPER) !== 0;
}

function columnOf(byte: number): number {
  return byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x61 + 10;
}
