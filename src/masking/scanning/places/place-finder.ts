import { MODULE } from './places-wasm.ts';
import type { PlaceTables } from './place-tables.ts';

/** Where things lie in the memory of the module: see `assembly/memory.ts`. */
const ENDINGS = 0x0_0000;
const FIRST = 0x1_0000;
const SECOND = 0x3_0000;
const BEGINNINGS = 0x5_0000;
const TRIPLES = 0x6_0000;
const PLACES = 0x6_8000;
const KEYS = 0x6_c000;
const TEXT = 0x7_0000;
/** So much of a text is marked at a time: what comes in one piece, and what was held back before it. */
const SLICE = 98_304;
/** Bytes before and behind a slice that tell what it begins and ends with; more than a value is told by. */
const AROUND = 128;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly mark: (from: number, end: number, wanted: number) => void;
  readonly nextWord: (from: number, to: number) => number;
}

/**
 * Tells where in a text it is worth to look: wherever a value stands, at one byte of it or more, or at the sign behind the name
 * of its field. It is used for one text after another.
 */
export interface Places {
  /** Begins to look through `bytes[from]` to `bytes[end - 1]`; what lies before `from` is known to be there. */
  over(bytes: Uint8Array, from: number, end: number): void;
  /** The first place from `at` on; the end of the text where there is none. */
  next(at: number): number;
  /** Whether this place is marked for the first four bytes of a form alone, which may belong to two. */
  isKey(place: number): boolean;
  /** Whether all of this part of the text is marked, so that {@link within} can be asked. */
  covers(from: number, to: number): boolean;
  /** The first place from `from` to `to`, all of which is marked; `to` where there is none. */
  within(from: number, to: number): number;
  /**
   * The first place from `from` to `to` where a context word may begin; `to` where there is none.
   * @returns undefined where this part of the text is not known
   */
  nextWord(bytes: Uint8Array, from: number, to: number): number | undefined;
}

/** Marks places 64 bytes at a time: nearly all of a text has none. */
export class PlaceFinder implements Places {
  readonly #text: Uint8Array;
  /** A bit for each byte, and for those that are marked for the beginning of a form alone. */
  readonly #places: Int32Array;
  readonly #keys: Int32Array;
  readonly #mark: Exports['mark'];
  readonly #nextWord: Exports['nextWord'];
  readonly #wanted: number;
  #bytes: Uint8Array = NOTHING;
  #end = 0;
  /** Where in the text the memory begins, and from where to where places are marked in it. */
  #base = 0;
  #markedFrom = 0;
  #marked = 0;

  constructor({ endings, first, second, beginnings, triples, wanted }: PlaceTables) {
    const { memory, mark, nextWord } = new WebAssembly.Instance(MODULE).exports as unknown as Exports;
    new Uint8Array(memory.buffer, ENDINGS, endings.length).set(endings);
    new Uint8Array(memory.buffer, BEGINNINGS, beginnings.length).set(beginnings);
    new Uint8Array(memory.buffer, TRIPLES, triples.length).set(triples);
    new Uint16Array(memory.buffer, FIRST, first.length).set(first);
    new Uint16Array(memory.buffer, SECOND, second.length).set(second);
    this.#text = new Uint8Array(memory.buffer, TEXT, SLICE + 2 * AROUND);
    this.#places = new Int32Array(memory.buffer, PLACES, (KEYS - PLACES) >> 2);
    this.#keys = new Int32Array(memory.buffer, KEYS, (TEXT - KEYS) >> 2);
    this.#mark = mark;
    this.#nextWord = nextWord;
    this.#wanted = wanted;
  }

  over(bytes: Uint8Array, from: number, end: number): void {
    this.#bytes = bytes;
    this.#end = end;
    this.#load(from);
  }

  next(at: number): number {
    let from = at;
    while (from < this.#end) {
      if (from >= this.#marked) this.#load(from);
      const place = this.#base + this.#nextBit(from - this.#base, this.#marked - this.#base);
      if (place < this.#marked) return place;
      from = this.#marked;
    }
    return this.#end;
  }

  nextWord(bytes: Uint8Array, from: number, to: number): number | undefined {
    const base = this.#base;
    if (bytes !== this.#bytes || from < base || to > this.#marked) return undefined;
    return this.#nextWord(from - base, to - base) + base;
  }

  isKey(place: number): boolean {
    const bit = place - this.#base;
    return ((this.#places[bit >> 5]! >> (bit & 31)) & 1) === 0;
  }

  covers(from: number, to: number): boolean {
    return from >= this.#markedFrom && to <= this.#marked;
  }

  within(from: number, to: number): number {
    return from >= to ? to : Math.min(to, this.#base + this.#nextBit(from - this.#base, to - this.#base));
  }

  #nextBit(from: number, to: number): number {
    const places = this.#places;
    const keys = this.#keys;
    const last = (to + 31) >> 5;
    let i = from >> 5;
    let word = (places[i]! | keys[i]!) & (-1 << (from & 31));
    while (word === 0) {
      if (++i >= last) return last << 5;
      word = places[i]! | keys[i]!;
    }
    return (i << 5) + 31 - Math.clz32(word & -word);
  }

  #load(from: number): void {
    const base = Math.max(0, from - AROUND);
    this.#base = base;
    this.#marked = Math.min(this.#end, base + SLICE);
    const to = Math.min(this.#end, this.#marked + AROUND);
    this.#text.set(base === 0 && to === this.#bytes.length ? this.#bytes : this.#bytes.subarray(base, to));
    this.#markedFrom = from;
    this.#mark(Math.max(0, from - base - 64), to - base, this.#wanted);
  }
}

const NOTHING = new Uint8Array(0);
