import { COUNTRY_CODES, type CountryCode } from './country.ts';
import { Defect } from '../defect.ts';

const WORDS = Math.ceil(COUNTRY_CODES.length / 32);
const INDEX: ReadonlyMap<string, number> = new Map(COUNTRY_CODES.map((code, index) => [code, index]));

/**
 * An immutable set of countries, held as bits: "is every possible place inside home" is asked for every exchange, and
 * costs eight word operations here.
 */
export class CountrySet {
  readonly #words: Uint32Array;

  private constructor(words: Uint32Array) {
    this.#words = words;
  }

  static readonly EMPTY: CountrySet = new CountrySet(new Uint32Array(WORDS));
  static readonly ALL: CountrySet = CountrySet.of(COUNTRY_CODES);

  static of(codes: Iterable<CountryCode>): CountrySet {
    const words = new Uint32Array(WORDS);
    for (const code of codes) {
      const index = INDEX.get(code);
      if (index === undefined) throw new Defect(`"${code}" is not a country code`);
      words[index >>> 5]! |= 1 << (index & 31);
    }
    return new CountrySet(words);
  }

  has(code: CountryCode): boolean {
    const index = INDEX.get(code);
    return index !== undefined && (this.#words[index >>> 5]! & (1 << (index & 31))) !== 0;
  }

  isEmpty(): boolean {
    return this.#words.every((word) => word === 0);
  }

  /** Whether every country of this set is in `other`; true for the empty set. */
  isSubsetOf(other: CountrySet): boolean {
    for (let i = 0; i < WORDS; i++) {
      if ((this.#words[i]! & ~other.#words[i]!) !== 0) return false;
    }
    return true;
  }

  /** Whether some country is in both sets. */
  overlaps(other: CountrySet): boolean {
    for (let i = 0; i < WORDS; i++) {
      if ((this.#words[i]! & other.#words[i]!) !== 0) return true;
    }
    return false;
  }

  union(other: CountrySet): CountrySet {
    return new CountrySet(this.#words.map((word, i) => word | other.#words[i]!));
  }

  minus(other: CountrySet): CountrySet {
    return new CountrySet(this.#words.map((word, i) => word & ~other.#words[i]!));
  }

  /** The countries, sorted by code. */
  toArray(): CountryCode[] {
    return COUNTRY_CODES.filter((code) => this.has(code));
  }
}
