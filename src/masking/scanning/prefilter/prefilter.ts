import { CLASSES, WORD } from '../characters/byte-classes.ts';
import { byteSet, type ByteSet } from '../characters/byte-set.ts';
import { frequencyOfSets } from './pair-frequency.ts';
import { FormTable } from './form-table.ts';

/** A value may be here. */
export const VALUE = 1;
/** A field name may end here: a colon or an equals sign. */
export const FIELD = 2;
/** An address of IPv6, or of a network interface, may be here: a colon or a hyphen beside a hexadecimal digit. */
export const ADDRESS = 4;
/** Marks that stand for themselves; all others hold only together with one on the pair that follows. */
const ALONE = VALUE | FIELD | ADDRESS;
/** Forms whose next pair is telling, spread over these so that they do not answer for each other. */
const TELLING = [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192];
/** Forms whose next pair may be nearly anything. */
const BROAD = 1 << 14;
/** Forms that have no next pair. */
const SHORT = 1 << 15;
const ANY_FORM = 0xffff & ~ALONE;
const SHARED = 20;
/** A next pair that is met less often than in so many of thousand is telling. */
const TELLING_BELOW = 60;

function bytesOf(...bytes: readonly number[]): ByteSet {
  return byteSet(String.fromCharCode(...bytes));
}

export const DIGITS: ByteSet = byteSet('0-9');

/** So many characters of a form are compared, or as many as it takes to reach the pair that is marked. */
const COMPARED = 14;

/** What may stand before a value: no letter and no digit, but for those that end an escape such as `\n`. */
const BEFORE: ByteSet = Uint8Array.from({ length: 256 }, (_, byte) =>
  (CLASSES[byte]! & WORD) === 0 || 'bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** Where to look, as two tables over pairs of bytes. */
export interface Anchors {
  /** Marks by first byte and second byte × 256. */
  readonly marks: Uint16Array;
  /** What the pair after it must have for the marks of forms to hold. */
  readonly follows: Uint16Array;
  /** The forms that may stand at marked pairs. */
  readonly forms: FormTable;
}

/**
 * Tells where in a text it is worth to look. A text is read two bytes at a time, at even places only, and each pair is
 * looked up in a table. The table is made from the forms that are looked for: wherever a value stands, at an even place or an
 * odd one, at least one of the pairs that lie within it, or half before it, is marked. Which one is chosen by how rare it is.
 */
export class Prefilter implements Anchors {
  readonly marks: Uint16Array<ArrayBuffer> = new Uint16Array(65_536);
  readonly follows: Uint16Array<ArrayBuffer> = new Uint16Array(65_536);
  readonly forms: FormTable = new FormTable();
  readonly #marked = new Map<ByteSet, Map<ByteSet, number>>();
  #bucket = 0;

  constructor() {
    // Every escape of an ASCII character, `\u0040`, has two digits at an even place; so has most of what is looked for.
    this.mark(DIGITS, DIGITS, VALUE);
    // Encoded characters, and digits of full width in UTF-8 and escaped.
    this.mark(byteSet('%'), byteSet('2-7'), VALUE);
    this.mark(bytesOf(0xbc), byteSet('\x80-\xbf'), VALUE);
    this.mark(bytesOf(0xef), bytesOf(0xbc, 0xbd), VALUE);
    this.mark(byteSet('fF'), byteSet('1'), VALUE);
    // Digits with spaces and zero-width characters of UTF-8 between them.
    this.mark(DIGITS, bytesOf(0xc2, 0xe2, 0xef), VALUE);
    this.mark(bytesOf(0x80, 0x87, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0xa0, 0xad, 0xaf, 0xbf), DIGITS, VALUE);
    set(this.follows, RESPELT, ANY, ANY_FORM);
    set(this.follows, ANY, RESPELT, ANY_FORM);
    set(this.follows, ANY, ANY, SHORT);
  }

  /** Marks every pair of these. */
  mark(first: ByteSet, second: ByteSet, bits: number): void {
    if ((this.#markedWith(first, second) & bits) === bits) return;
    let known = this.#marked.get(first);
    if (known === undefined) this.#marked.set(first, (known = new Map()));
    known.set(second, this.#markedWith(first, second) | bits);
    set(this.marks, first, second, bits);
  }

  /**
   * Marks what a form cannot be without, whether it begins at an even place or at an odd one. Where that is not marked anyway
   * the form is compared with what stands there before anything is done.
   *
   * @param sets the bytes that may stand at each place, from the first on
   */
  cover(sets: readonly ByteSet[]): void {
    for (const parity of [0, 1]) {
      const at = this.#rarest(sets, parity);
      if (at !== undefined) this.#coverAt(sets, at);
    }
  }

  /** Where the rarest two pairs are that are sure to come; undefined where one comes that is marked for itself. */
  #rarest(sets: readonly ByteSet[], parity: number): number | undefined {
    let rarest: number | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let at = parity === 0 ? 0 : -1; at + 1 < sets.length; at += 2) {
      const [first, second] = [at < 0 ? BEFORE : sets[at]!, sets[at + 1]!];
      if ((this.#markedWith(first, second) & VALUE) !== 0) return undefined;
      // Forms share what is noted of next pairs, so a telling one makes up for a frequent first one only in part.
      const frequency = frequencyOfSets(first, second) * (SHARED + followed(sets, at));
      if (frequency >= least) continue;
      least = frequency;
      rarest = at;
    }
    return rarest;
  }

  #coverAt(sets: readonly ByteSet[], at: number): void {
    const [first, second] = [at < 0 ? BEFORE : sets[at]!, sets[at + 1]!];
    const [third, fourth] = [sets[at + 2], sets[at + 3]];
    const bucket =
      third === undefined || fourth === undefined ? SHORT : followed(sets, at) < TELLING_BELOW ? this.#nextBucket() : BROAD;
    this.mark(first, second, bucket);
    if (third !== undefined && fourth !== undefined) set(this.follows, third, fourth, bucket);
    this.forms.add(first, second, sets.slice(0, Math.max(at + 2, COMPARED)), at);
  }

  #nextBucket(): number {
    this.#bucket = (this.#bucket + 1) % TELLING.length;
    return TELLING[this.#bucket]!;
  }

  #markedWith(first: ByteSet, second: ByteSet): number {
    return this.#marked.get(first)?.get(second) ?? 0;
  }
}

/** How often, of thousand pairs, the one after the pair at `at` is what it must be. */
function followed(sets: readonly ByteSet[], at: number): number {
  const [third, fourth] = [sets[at + 2], sets[at + 3]];
  return third === undefined || fourth === undefined ? 1000 : frequencyOfSets(third, fourth);
}

const ANY: ByteSet = new Uint8Array(256).fill(1);
/** What another spelling of a character begins with. */
const RESPELT: ByteSet = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || byte === 0x5c || byte === 0x25 ? 1 : 0,
);

function set(table: Uint16Array, first: ByteSet, second: ByteSet, bits: number): void {
  for (let b = 0; b < 256; b++) {
    if (second[b] === 0) continue;
    const row = b << 8;
    for (let a = 0; a < 256; a++) if (first[a] === 1) table[row | a]! |= bits;
  }
}

/**
 * The first marked pair that ends at `from` or later.
 * @param pairs the same bytes, two by two, in the byte order of this machine (little-endian)
 * @returns the place of its first byte, always even; `end` or more where there is none
 */
export function nextAnchor({ marks, follows }: Anchors, pairs: Uint16Array, from: number, end: number): number {
  let i = from >> 1;
  const last = end >> 1;
  for (;;) {
    while (i + 7 < last && isUnmarked(marks, pairs, i)) i += 8;
    const stop = Math.min(i + 8, last);
    for (; i < stop; i++) {
      const bits = marks[pairs[i]!]!;
      if (bits === 0) continue;
      if ((bits & ALONE) !== 0 || i + 1 >= last || (bits & follows[pairs[i + 1]!]!) !== 0) return i << 1;
    }
    if (i >= last) return end;
  }
}

function isUnmarked(marks: Uint16Array, pairs: Uint16Array, i: number): boolean {
  return (
    (marks[pairs[i]!]! |
      marks[pairs[i + 1]!]! |
      marks[pairs[i + 2]!]! |
      marks[pairs[i + 3]!]! |
      marks[pairs[i + 4]!]! |
      marks[pairs[i + 5]!]! |
      marks[pairs[i + 6]!]! |
      marks[pairs[i + 7]!]!) ===
    0
  );
}
