import { concatenate } from '../../media/bytes/concatenate.ts';
import { TABLE_SIZE, type ShapeAutomaton } from '../forms/shape-automaton.ts';
import type { PlainRun } from '../characters/run.ts';
import { KnownRuns, type TakeShape } from './known-runs.ts';
import { AFTER_PLACES, layOut, PLACES, PLAIN_RUN, SHAPES, TEXT } from './memory-layout.ts';
import { MODULE } from './places-wasm.ts';
import type { PlaceTables } from './place-tables.ts';

/** So much of a text is marked at a time: what comes in one piece, and what was held back before it. */
const SLICE = 98_304;
/** Bytes before and behind a slice that tell what it begins and ends with; more than a value is told by. */
const AROUND = 256;
/** Beside what is looked for: `NAMED` of `assembly/memory.ts`. */
const NAMED = 64;

type Shapes = Pick<ShapeAutomaton<never>, 'follow' | 'forgetIfFull' | 'generation' | 'keepIn'>;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly mark: (from: number, end: number, wanted: number) => void;
  readonly readPlain: (from: number, most: number, textEnd: number) => number;
  readonly readShapes: (from: number, to: number, limit: number, goesOn: boolean, longest: number) => number;
  readonly nextToken: (from: number, to: number, runFrom: number, textEnd: number) => number;
  readonly nextWord: (from: number, to: number) => number;
  readonly nextPhoneWord: (from: number, to: number) => number;
}

/** A run in a text, and what of it is looked at together. */
export interface RunPart {
  readonly from: number;
  readonly to: number;
  /** So many of its characters a shape may begin with, which is so long at most. */
  readonly limit: number;
  readonly longest: number;
  /** Its first character goes on from one before it. */
  readonly goesOn: boolean;
}

/**
 * Tells where in a text it is worth to look: wherever a value stands, at one byte of it or more, or at the sign behind the name
 * of its field. It is used for one text after another.
 */
export interface Places {
  /**
   * Puts a piece of a text behind what is kept of it, where it can be looked through without another copy.
   * @returns good until the next call
   */
  join(kept: Uint8Array, bytes: Uint8Array): Uint8Array;
  /**
   * Begins to look through `bytes[from]` to `bytes[end - 1]`; what lies before `from` is known to be there.
   * @param isNamed a word that stands nowhere in the text speaks for its numbers
   */
  over(bytes: Uint8Array, from: number, end: number, isNamed: boolean): void;
  /** The first place from `at` on; the end of the text where there is none. */
  next(at: number): number;
  /** Whether all of this part of the text is marked, so that {@link within} can be asked. */
  covers(from: number, to: number): boolean;
  /** The first place from `from` to `to`, all of which is marked; `to` where there is none. */
  within(from: number, to: number): number;
  /**
   * The run that begins at `from`, or `most` characters of it; good until the next call.
   * @returns undefined where it is not known whether each byte of it is a character
   */
  plainRun(from: number, most: number): PlainRun | undefined;
  /**
   * Hands over the shapes of a run, all of which is marked and each byte of which is a character, but those in which nothing is marked.
   * @returns false where they are not known; then none was handed over
   */
  readShapes(part: RunPart, take: TakeShape): boolean;
  /** The first marked letter or digit from `at` on at which a token of a run may be told, all of which is marked; the end of the run where there is none. */
  tokenWithin(at: number, from: number, to: number): number;
  /** The run in which a place is, where it needs not be read to tell which shapes are in it. */
  runAt(place: number): KnownRuns | undefined;
  /**
   * The first place from `from` to `to` where a context word may begin; `to` where there is none.
   * @returns undefined where this part of the text is not known
   */
  nextWord(bytes: Uint8Array, from: number, to: number): number | undefined;
  /** The same for a word that explains a telephone number. */
  nextPhoneWord(bytes: Uint8Array, from: number, to: number): number | undefined;
}

/** Marks places 64 bytes at a time: nearly all of a text has none. */
export class PlaceFinder implements Places {
  readonly #text: Uint8Array;
  /** A bit for each byte. */
  readonly #places: Int32Array;
  readonly #runs: KnownRuns;
  readonly #mark: Exports['mark'];
  readonly #plainCells: Int32Array;
  readonly #plainRun = { end: 0, digits: 0, features: 0 };
  readonly #readPlain: Exports['readPlain'];
  readonly #readShapes: Exports['readShapes'];
  readonly #nextToken: Exports['nextToken'];
  readonly #nextWord: Exports['nextWord'];
  readonly #nextPhoneWord: Exports['nextPhoneWord'];
  readonly #wanted: number;
  readonly #shapes: Shapes;
  #generation: number;
  #bytes: Uint8Array = NOTHING;
  #end = 0;
  #named = 0;
  /** Where the text ends in the memory. */
  #textEnd = 0;
  /** Where in the text the memory begins, and from where to where places are marked in it. */
  #base = 0;
  #markedFrom = 0;
  #marked = 0;

  /** @param shapes has its table in the memory of the module from now on */
  constructor(tables: PlaceTables, shapes: Shapes) {
    const imports = { shapes: { follow: (state: number, column: number) => shapes.follow(state, column) } };
    const module = new WebAssembly.Instance(MODULE, imports).exports as unknown as Exports;
    const { memory } = module;
    layOut(memory.buffer, tables);
    this.#text = new Uint8Array(memory.buffer, TEXT, SLICE + 2 * AROUND);
    this.#places = new Int32Array(memory.buffer, PLACES, (AFTER_PLACES - PLACES) >> 2);
    shapes.keepIn(new Uint16Array(memory.buffer, SHAPES, TABLE_SIZE));
    this.#runs = new KnownRuns(memory.buffer);
    this.#mark = module.mark;
    this.#plainCells = new Int32Array(memory.buffer, PLAIN_RUN, 3);
    this.#readPlain = module.readPlain;
    this.#readShapes = module.readShapes;
    this.#nextToken = module.nextToken;
    this.#nextWord = module.nextWord;
    this.#nextPhoneWord = module.nextPhoneWord;
    this.#wanted = tables.wanted;
    this.#shapes = shapes;
    this.#generation = shapes.generation;
  }

  join(kept: Uint8Array, bytes: Uint8Array): Uint8Array {
    const length = kept.length + bytes.length;
    if (length > SLICE) return concatenate([kept, bytes]);
    const text = this.#text;
    text.set(kept);
    text.set(bytes, kept.length);
    return text.subarray(0, length);
  }

  over(bytes: Uint8Array, from: number, end: number, isNamed: boolean): void {
    this.#bytes = bytes;
    this.#end = end;
    this.#named = isNamed ? NAMED : 0;
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
    return this.#holds(bytes, from, to) ? this.#nextWord(from - base, to - base) + base : undefined;
  }

  nextPhoneWord(bytes: Uint8Array, from: number, to: number): number | undefined {
    const base = this.#base;
    return this.#holds(bytes, from, to) ? this.#nextPhoneWord(from - base, to - base) + base : undefined;
  }

  /** Whether this part of the text is in the memory of the module. */
  #holds(bytes: Uint8Array, from: number, to: number): boolean {
    return bytes === this.#bytes && from >= this.#base && to <= this.#marked;
  }

  plainRun(from: number, most: number): PlainRun | undefined {
    const base = this.#base;
    if (from < this.#markedFrom || this.#readPlain(from - base, most, this.#textEnd) === 0) return undefined;
    const cells = this.#plainCells;
    const run = this.#plainRun;
    run.end = cells[0]! + base;
    run.digits = cells[1]!;
    run.features = cells[2]!;
    return run;
  }

  readShapes({ from, to, limit, longest, goesOn }: RunPart, take: TakeShape): boolean {
    const address = this.#readShapes(from - this.#base, to - this.#base, limit, goesOn, longest);
    if (address > 0) this.#runs.forEachRead(address, take);
    return address > 0;
  }

  tokenWithin(at: number, from: number, to: number): number {
    const base = this.#base;
    return this.#nextToken(at - base, to - base, from - base, this.#textEnd) + base;
  }

  runAt(place: number): KnownRuns | undefined {
    // A state of another generation is not the same.
    return this.#generation === this.#shapes.generation && this.#runs.has(place) ? this.#runs : undefined;
  }

  covers(from: number, to: number): boolean {
    return from >= this.#markedFrom && to <= this.#marked;
  }

  within(from: number, to: number): number {
    return from >= to ? to : Math.min(to, this.#base + this.#nextBit(from - this.#base, to - this.#base));
  }

  #nextBit(from: number, to: number): number {
    const places = this.#places;
    const last = (to + 31) >> 5;
    let i = from >> 5;
    let word = places[i]! & (-1 << (from & 31));
    while (word === 0) {
      if (++i >= last) return last << 5;
      word = places[i]!;
    }
    return (i << 5) + 31 - Math.clz32(word & -word);
  }

  #load(from: number): void {
    // A text that was joined is there, from its beginning on.
    const isJoined = this.#bytes.buffer === this.#text.buffer;
    const base = isJoined ? 0 : Math.max(0, from - AROUND);
    this.#base = base;
    this.#marked = Math.min(this.#end, base + SLICE);
    const to = Math.min(this.#end, this.#marked + AROUND);
    this.#textEnd = to - base;
    if (!isJoined) this.#text.set(base === 0 && to === this.#bytes.length ? this.#bytes : this.#bytes.subarray(base, to));
    this.#markedFrom = from;
    this.#runs.begin(base);
    this.#shapes.forgetIfFull();
    this.#generation = this.#shapes.generation;
    this.#mark(Math.max(0, from - base - 64), this.#textEnd, this.#wanted | this.#named);
  }
}

const NOTHING = new Uint8Array(0);
