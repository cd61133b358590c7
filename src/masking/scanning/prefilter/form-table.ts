import { CLASSES, DIGIT, WORD } from '../characters/byte-classes.ts';
import type { ByteSet } from '../characters/byte-set.ts';

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const LETTER_M = 0x6d;
const LETTER_U = 0x75;
const BRACKET = 0x5b;

/**
 * What forms begin with, by a pair of bytes that each is sure to have. Everything lies in a few plain arrays: this is asked at
 * every marked pair, and nearly always answers no.
 */
export class FormTable {
  /** By pair: position in {@link #entries} of its forms; 0 for none. */
  readonly #starts = new Int32Array(65_536);
  /** For each list of forms their number, then of each form: its offset, its length, the rows of its sets. */
  #entries: number[] = [0];
  /** Rows of 256: 1 for each byte of a set. */
  #rows: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  readonly #ids = new Map<ByteSet, number>();
  /** Forms as they lie in the entries, by their spelling. */
  readonly #forms = new Map<string, readonly number[]>();
  /** The lists, by what each was made from: another list and one form more. */
  readonly #extended = new Map<string, number>();
  readonly #formsOf = new Map<number, readonly (readonly number[])[]>();

  /**
   * Adds a form for every pair of these.
   * @param at where among its sets the pair is; -1: its first byte stands before the form
   */
  add(first: ByteSet, second: ByteSet, sets: readonly ByteSet[], at: number): void {
    const entry = [at, sets.length, ...sets.map((each) => this.#rowOf(each))];
    const spelling = entry.join(' ');
    const form = this.#forms.get(spelling) ?? entry;
    this.#forms.set(spelling, form);
    const extended = new Map<number, number>();
    for (let b = 0; b < 256; b++) {
      if (second[b] === 0) continue;
      for (let a = 0; a < 256; a++) {
        if (first[a] === 0) continue;
        const pair = a | (b << 8);
        const start = this.#starts[pair]!;
        let next = extended.get(start);
        if (next === undefined) extended.set(start, (next = this.#extend(start, form, spelling)));
        this.#starts[pair] = next;
      }
    }
  }

  #extend(start: number, form: readonly number[], spelling: string): number {
    const known = this.#formsOf.get(start) ?? [];
    if (known.includes(form)) return start;
    const key = `${start} ${spelling}`;
    let next = this.#extended.get(key);
    if (next === undefined) {
      next = this.#entries.length;
      const forms = [...known, form];
      this.#entries.push(forms.length, ...forms.flat());
      this.#extended.set(key, next);
      this.#formsOf.set(next, forms);
    }
    return next;
  }

  #rowOf(each: ByteSet): number {
    let row = this.#ids.get(each);
    if (row !== undefined) return row;
    row = this.#ids.size * 256;
    this.#ids.set(each, row);
    const rows = new Uint8Array(this.#ids.size * 256);
    rows.set(this.#rows);
    rows.set(each, row);
    this.#rows = rows;
    return row;
  }

  /**
   * Whether one of the forms really stands where `pair` is marked, at a place where a word begins. Where the text breaks off,
   * and where a character may be spelt in another way, it may.
   */
  standsAt(pair: number, bytes: Uint8Array, anchor: number, end: number): boolean {
    const entries = this.#entries;
    let entry = this.#starts[pair]!;
    for (let count = entries[entry++]!; count > 0; count--) {
      const from = anchor - entries[entry]!;
      const length = entries[entry + 1]!;
      if (from >= 0 && this.#matches(bytes, from, end, entry + 2, length) && beginsWord(bytes, from)) return true;
      entry += length + 2;
    }
    return false;
  }

  #matches(bytes: Uint8Array, from: number, end: number, entry: number, length: number): boolean {
    const entries = this.#entries;
    const rows = this.#rows;
    for (let i = 0; i < length; i++) {
      if (from + i >= end) return true;
      const byte = bytes[from + i]!;
      if (rows[entries[entry + i]! + byte] === 0) return byte >= 0x80 || byte === BACKSLASH || byte === PERCENT;
    }
    return true;
  }
}

/** Whether no letter and no digit stands before it, but those that end an escape or a colour of a terminal: `\n`, `%20`, `\u0020`. */
function beginsWord(bytes: Uint8Array, from: number): boolean {
  if (from === 0 || (CLASSES[bytes[from - 1]!]! & WORD) === 0) return true;
  if (bytes[from - 1] === LETTER_M && ((CLASSES[bytes[from - 2] ?? 0]! & DIGIT) !== 0 || bytes[from - 2] === BRACKET))
    return true;
  return bytes[from - 2] === BACKSLASH || bytes[from - 3] === PERCENT || bytes[from - 5] === LETTER_U;
}
