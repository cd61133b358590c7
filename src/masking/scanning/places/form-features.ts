import { CLASSES, PLAIN, WORD } from '../characters/byte-classes.ts';
import { ANY, bitsOf, byteSet, isDisjoint, setOf, type ByteSet } from '../characters/byte-set.ts';
import { frequencyOfSets } from './pair-frequency.ts';

/** What a form is made of, as far as it is the same for all its values. */
export interface FixedForm {
  /** The characters that may stand at each place, from the first on. */
  readonly sets: readonly ByteSet[];
  /** How many characters it has at least, all of them joinable; absent where they are `sets` and no more. */
  readonly length?: number;
}

/** Four bytes that a form has where a word begins in it. */
export type Key = readonly [ByteSet, ByteSet, ByteSet, ByteSet];

/** What a form is found by. `at`: the place among its characters that is marked; all others may be marked or not. */
export type Feature =
  /** So many digits with nothing but separators between them. */
  | { readonly by: 'number'; readonly at: number }
  /** Nine capitals or digits in a row, digits among letters: what the module tells without a table. */
  | { readonly by: 'itself'; readonly at: number }
  | ByKey;
type ByKey = { readonly by: 'key'; readonly at: number; readonly key: Key };

/** The figures of `assembly/`. */
const FEWEST_DIGITS = 6;
const MOST_SEPARATORS = 2;
const SHORTEST_RUN = 13;

const DIGITS = byteSet('0-9');
const LETTERS = byteSet('A-Za-z');
const CAPITALS_AND_DIGITS = byteSet('0-9A-Z');
const SPACE = setOf(' ');
const SEPARATORS = setOf('- ./+:()');
const WORDS = ofClass(WORD);
const JOINABLE = ofClass(PLAIN);

function ofClass(bits: number): ByteSet {
  return Uint8Array.from({ length: 256 }, (_, byte) => ((CLASSES[byte]! & bits) === 0 ? 0 : 1));
}

/**
 * What every value of a form has that is looked for; the rarest of it.
 * @returns undefined where it has nothing
 */
export function featureOf(form: FixedForm): Feature | undefined {
  const { sets } = form;
  const key = rarestKey(form);
  // A token has a beginning of its own, so it is told by that.
  if (form.length !== undefined && key !== undefined && !mayBeDigits(key.key)) return key;
  const number = numberIn(sets);
  if (number >= 0) return { by: 'number', at: number };
  for (const row of [NINE_CAPITALS, LETTERS_AND_DIGITS]) {
    const at = rowIn(sets, row);
    if (at >= 0) return { by: 'itself', at: at + row.length - 1 };
  }
  if (key !== undefined) return key;
  if (rowIn(sets, COUNTRY) === 0) return { by: 'key', at: 0, key: keyAt(sets, 0) };
  for (const [row, marked] of MARKED) {
    const at = rowIn(sets, row);
    if (at >= 0) return { by: 'itself', at: at + marked };
  }
  return undefined;
}

const NINE_CAPITALS = Array.from({ length: 9 }, () => CAPITALS_AND_DIGITS);
const LETTERS_AND_DIGITS = [LETTERS, LETTERS, LETTERS, LETTERS, LETTERS, DIGITS, DIGITS];
const COUNTRY = [LETTERS, LETTERS, DIGITS, DIGITS, SPACE];
const BETWEEN_SPACES = [SPACE, DIGITS, DIGITS, LETTERS, DIGITS, DIGITS, SPACE];
const THIRD_PART = [SPACE, WORDS, WORDS, WORDS, SPACE, ...Array.from({ length: 5 }, () => CAPITALS_AND_DIGITS), SPACE];
const CLIENT_SECRET = [DIGITS, setOf('Q'), setOf('~')];
/** And which of them is marked. */
const MARKED = [
  [BETWEEN_SPACES, 5],
  [THIRD_PART, 5],
  [CLIENT_SECRET, 1],
] as const;

/** Where these stand in the form, one after another; -1 where they do not. */
function rowIn(sets: readonly ByteSet[], row: readonly ByteSet[]): number {
  return sets.findIndex((_, at) => at + row.length <= sets.length && row.every((each, i) => isWithin(sets[at + i]!, each)));
}

/** Where so many digits begin with nothing but separators between them that they are told as a number; -1 where none do. */
function numberIn(sets: readonly ByteSet[]): number {
  let digits = 0;
  let between = 0;
  let from = -1;
  for (const [i, each] of sets.entries()) {
    if (isWithin(each, DIGITS)) {
      between = 0;
      if (digits === 0) from = i;
      if (++digits >= FEWEST_DIGITS) return from;
    } else if (!isWithin(each, SEPARATORS) || ++between > MOST_SEPARATORS) digits = 0;
  }
  return -1;
}

/** The rarest four bytes with which a word begins in a long run. */
function rarestKey(form: FixedForm): ByKey | undefined {
  const { sets } = form;
  let rarest: ByKey | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at < sets.length; at++) {
    if (!beginsWord(sets, at) || runLength(form, at) < SHORTEST_RUN) continue;
    const key = keyAt(sets, at);
    const frequency = (frequencyOfSets(key[0], key[1]) + (mayBeDigits(key) ? MANY : 0)) * frequencyOfSets(key[2], key[3]);
    // What a token begins with was chosen to be told from words; what comes later may be one.
    if (frequency * (at === 0 ? 1 : LATER) >= least) continue;
    least = frequency;
    rarest = { by: 'key', at, key };
  }
  return rarest;
}

const LATER = 50;
/** What beginning with two digits costs: runs that are looked at are full of them, whatever a text is like. */
const MANY = 1000;

function mayBeDigits([first, second]: Key): boolean {
  return isWithin(DIGITS, first) && isWithin(DIGITS, second);
}

function keyAt(sets: readonly ByteSet[], at: number): Key {
  return [sets[at]!, sets[at + 1] ?? ANY, sets[at + 2] ?? ANY, sets[at + 3] ?? ANY];
}

/** Whether a word is sure to begin there: a letter or a digit, and nothing of the kind before it. */
function beginsWord(sets: readonly ByteSet[], at: number): boolean {
  return isWithin(sets[at]!, WORDS) && (at === 0 || isDisjoint(sets[at - 1]!, WORDS));
}

/** How many joinable characters stand together around a place. */
function runLength({ sets, length }: FixedForm, at: number): number {
  if (length !== undefined) return length;
  let from = at;
  let to = at;
  while (from > 0 && isWithin(sets[from - 1]!, JOINABLE)) from--;
  while (to < sets.length && isWithin(sets[to]!, JOINABLE)) to++;
  return to - from;
}

/** Whether one set has nothing that is not in another, but for other spellings: they are marked wherever they stand. */
function isWithin(inner: ByteSet, outer: ByteSet): boolean {
  const within = bitsOf(outer);
  const bits = bitsOf(inner);
  for (let word = 0; word < ASCII_WORDS; word++) if ((bits[word]! & ~within[word]!) !== 0) return false;
  return true;
}

const ASCII_WORDS = 128 / 32;
