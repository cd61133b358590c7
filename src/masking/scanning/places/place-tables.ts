import { Defect } from '../../../core/defect.ts';
import { bytesOf, type ByteSet } from '../characters/byte-set.ts';
import { DASHES, type Ending } from '../context/reverse-names.ts';
import { Buckets } from './buckets.ts';
import type { TokenStep } from '../forms/token-pattern.ts';
import { FormTableBuilder, type FormTables } from './form-tables.ts';
import { hashesOfFour } from './four-bytes.ts';
import { featureOf, type Feature, type FixedForm, type Key } from './form-features.ts';

/** What the module looks for: the flags of `assembly/memory.ts`. */
export const NUMBERS = 1;
export const ADDRESSES = 2;
export const AT_SIGNS = 4;
const NAMES = 8;
export const FORMS = 16;
export const PHRASES = 32;

/** What places are told by, in the form in which the module has it. */
export interface PlaceTables {
  readonly wanted: number;
  /** By pair of bytes: a bit for each byte, by its last three bits, that may stand before them at the end of the name of a field. */
  readonly endings: Uint8Array;
  /** By a hash of four bytes: bits, one of which is set where a word of a form may begin with them. */
  readonly keys: Uint8Array;
  /** By pair of bytes: marks of the forms that have a word which begins with them, where four bytes are too many to list. */
  readonly first: Uint16Array;
  /** The same for the two bytes after these. A form may be where both have a mark in common. */
  readonly second: Uint16Array;
  /** By a hash of its first letters: bits, one of which is set where a context word may begin with them, or with the first four. */
  readonly beginnings: Uint8Array;
  /** The same for the words that explain telephone numbers. */
  readonly phoneBeginnings: Uint8Array;
  /** By the lower half of their first letter, their second, their third: the same words in eight groups, a bit each. */
  readonly phoneLetters: Uint8Array;
  /** By its first three letters, five bits each, or two and none: bits, the first for any word that may begin with them, the second for one of telephones. */
  readonly triples: Uint8Array;
  /** The names of fields: see `ReverseNames.automaton`. */
  readonly names: Uint16Array;
  readonly forms: FormTables;
}

/** How the module hashes the first letters of a word. */
const FACTOR = 0x9e37_79b1;
const TOLD_BY = 6;
/** So many letters are compared before all of them. */
const PREFIX_LENGTH = 4;
const PREFIX = 0x8000_0000;

const ANY_THIRD = 0xff;
/** Bits of the triples. */
const ANY_WORD = 1;
const PHONE_WORD = 2;

/** Bits of the tables. */
const MARKS = 16;

/** Makes the tables, form by form. */
export class PlaceTableBuilder {
  #wanted = 0;
  readonly #endings = new Uint8Array(65_536);
  readonly #keys = new Uint8Array(8192);
  readonly #first = new Uint16Array(65_536);
  readonly #second = new Uint16Array(65_536);
  readonly #beginnings = new Uint8Array(65_536);
  readonly #phoneBeginnings = new Uint8Array(65_536);
  readonly #phoneLetters = new Uint8Array(48);
  readonly #triples = new Uint8Array(1 << 15);
  readonly #buckets = new Buckets(MARKS);
  readonly #forms = new FormTableBuilder();

  /** @param names the automaton of the names whose endings were added */
  tables(names: Uint16Array): PlaceTables {
    return {
      wanted: this.#wanted,
      endings: this.#endings,
      keys: this.#keys,
      first: this.#first,
      second: this.#second,
      beginnings: this.#beginnings,
      phoneBeginnings: this.#phoneBeginnings,
      phoneLetters: this.#phoneLetters,
      triples: this.#triples,
      names,
      forms: this.#forms.tables,
    };
  }

  /** Says that something is looked for that the module tells by itself. */
  want(flag: number): void {
    this.#wanted |= flag;
  }

  /** Looks for names of fields that end with these three characters, which may have dashes between them. */
  addEnding({ third, before, last }: Ending): void {
    this.want(NAMES);
    const thirds = third.reduce((mask, bit, byte) => (bit === 1 ? mask | (1 << (byte & 7)) : mask), 0);
    forEachPair(before, last, (pair) => (this.#endings[pair]! |= thirds));
    for (const dash of DASHES)
      for (const [byte, bit] of last.entries()) if (bit === 1) this.#endings[dash | (byte << 8)] = ANY_THIRD;
  }

  /**
   * Looks for context words that begin with these letters; of more than six the first six count.
   * @param letters small ones
   * @param isForPhone whether one of these words explains a telephone number
   */
  addBeginning(letters: string, isForPhone: boolean): void {
    if (letters === '') return;
    const indices = Array.from(letters.slice(0, TOLD_BY), (letter) => letter.charCodeAt(0) & 0x1f);
    const [first = 0, second = 0, third = 0] = indices;
    const bits = isForPhone ? ANY_WORD | PHONE_WORD : ANY_WORD;
    this.#triples[(first << 10) | (second << 5) | third]! |= bits;
    this.#triples[(first << 10) | (second << 5)]! |= bits;
    // Words of one group that begin alike are told apart best from others.
    if (isForPhone) indices.slice(0, 3).forEach((index, i) => (this.#phoneLetters[16 * i + (index & 15)]! |= 1 << (first & 7)));
    const tables = isForPhone ? [this.#beginnings, this.#phoneBeginnings] : [this.#beginnings];
    addHash(tables, hashOf(indices));
    if (letters.length >= PREFIX_LENGTH) addHash(tables, PREFIX | hashOf(indices.slice(0, PREFIX_LENGTH)));
  }

  /**
   * Looks for values of a form.
   * @returns which of its characters is sure to be marked, and for what
   * @throws Defect where they have nothing by which the module could tell them: no form may be passed over
   */
  addForm(form: FixedForm, name: string): Feature {
    const feature = featureOf(form);
    if (feature === undefined) throw new Defect(`Values of the form ${name} cannot be told from other text`);
    this.want(feature.by === 'number' ? NUMBERS : FORMS);
    if (feature.by === 'key') this.#addKey(feature.key);
    return feature;
  }

  /** Has what is marked at the place of a feature compared with all of the form before it counts as a place. */
  addSteps(marked: readonly [ByteSet, ByteSet], markedAt: number, steps: readonly TokenStep[]): void {
    this.#forms.add(marked, markedAt, steps);
  }

  /** The same of a token. */
  addTokenSteps(marked: readonly [ByteSet, ByteSet], markedAt: number, steps: readonly TokenStep[]): void {
    this.#forms.addToken(marked, markedAt, steps);
  }

  #addKey(key: Key): void {
    const hashes = hashesOfFour(key);
    if (hashes === undefined) this.#addPairs(key);
    else for (const hash of hashes) this.#keys[hash >> 3]! |= 1 << (hash & 7);
  }

  #addPairs([a, b, c, d]: Key): void {
    const mark = 1 << this.#buckets.choose([a, b], [c, d]);
    forEachPair(a, b, (pair) => (this.#first[pair]! |= mark));
    forEachPair(c, d, (pair) => (this.#second[pair]! |= mark));
  }
}

function forEachPair(first: ByteSet, second: ByteSet, take: (pair: number) => void): void {
  const before = bytesOf(first);
  for (const b of bytesOf(second)) for (const a of before) take(a | (b << 8));
}

/** Letters, five bits each. */
function hashOf(indices: readonly number[]): number {
  return indices.reduce((sum, index) => (sum << 5) | index, 0);
}

function addHash(tables: readonly Uint8Array[], hash: number): void {
  const mixed = Math.imul(hash, FACTOR);
  for (const table of tables) table[mixed >>> 16]! |= 1 << ((mixed >>> 8) & 7);
}
