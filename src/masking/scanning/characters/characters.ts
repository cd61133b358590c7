import { hexValue } from './byte-classes.ts';
import { setOf } from './byte-set.ts';

/**
 * Characters as values are written in them. A raw text spells one character in several ways: an escape of JSON at any depth
 * (`\u0040`, `\\u0040`, `\/`), percent-encoding, forms that look alike (`４` for `4`, a no-break space). All of them are read
 * as the one ASCII character that a value is made of.
 */

/** A letter beyond ASCII: part of a word, of no scheme. */
export const OTHER_LETTER = 0x80;
/** Ends whatever stands before it. */
export const BOUNDARY = -1;
/** Not there at all: zero-width characters and soft hyphens. */
export const IGNORED = -2;
/** The text ends within the character. */
export const INCOMPLETE = -3;

/** The character at a place of the raw text, and where the next one begins. */
export interface Unit {
  value: number;
  next: number;
}

/** Ranges of code points beyond ASCII and what they count as; all others are boundaries. */
const FOLDED: readonly (readonly [from: number, to: number, value: number])[] = [
  [0xa0, 0xa0, 0x20],
  [0xad, 0xad, IGNORED],
  [0xc0, 0xd6, OTHER_LETTER],
  [0xd8, 0xf6, OTHER_LETTER],
  [0xf8, 0x24f, OTHER_LETTER],
  [0x370, 0x52f, OTHER_LETTER],
  [0x2007, 0x2007, 0x20],
  [0x2009, 0x200a, 0x20],
  [0x200b, 0x200d, IGNORED],
  [0x2010, 0x2015, 0x2d],
  [0x202f, 0x202f, 0x20],
  [0x2060, 0x2060, IGNORED],
  [0x2212, 0x2212, 0x2d],
  [0xfeff, 0xfeff, IGNORED],
];
const FULL_WIDTH = [0xff01, 0xff5e] as const;

/** By code point below this, general punctuation included: what it counts as. */
const TABLED = 0x2080;
const COUNTS_AS = new Int16Array(TABLED).fill(BOUNDARY);
for (let point = 0x20; point < 0x7f; point++) COUNTS_AS[point] = point;
for (const [from, to, value] of FOLDED) COUNTS_AS.fill(value, from, to + 1);

/** What a code point counts as: an ASCII character, or one of the marks above. */
function foldCodePoint(point: number): number {
  if (point < TABLED) return COUNTS_AS[point]!;
  if (point >= FULL_WIDTH[0] && point <= FULL_WIDTH[1]) return point - FULL_WIDTH[0] + 0x21;
  return foldedAmong(point);
}

function foldedAmong(point: number): number {
  for (const [from, to, value] of FOLDED) if (point <= to) return point >= from ? value : BOUNDARY;
  return BOUNDARY;
}

/** Reads the character of UTF-8 that begins at `at` with a byte from 0x80 on. What is no UTF-8 is a boundary. */
export function readUtf8(bytes: Uint8Array, at: number, end: number, unit: Unit): void {
  const lead = bytes[at]!;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  unit.next = at + 1;
  unit.value = BOUNDARY;
  if (lead < 0xc2 || lead > 0xf4) return;
  let point = lead & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    if (at + i >= end) {
      unit.value = INCOMPLETE;
      return;
    }
    const byte = bytes[at + i]!;
    if ((byte & 0xc0) !== 0x80) return;
    point = (point << 6) | (byte & 0x3f);
  }
  unit.next = at + length;
  unit.value = foldCodePoint(point);
}

const SLASH = 0x2f;
const LETTER_U = 0x75;
/** `\"`, `\b`, `\f`, `\n`, `\r`, `\t`. */
const ENDS_WORD = setOf('"bfnrt');

/**
 * Reads what begins at `at` with a backslash. Any number of them may stand there: JSON in JSON doubles them at every level,
 * and a `\n` before a number is a line break at each.
 */
export function readEscape(bytes: Uint8Array, at: number, end: number, unit: Unit): void {
  let i = at + 1;
  while (i < end && bytes[i] === 0x5c) i++;
  unit.next = i + 1;
  if (i >= end) {
    unit.value = INCOMPLETE;
    unit.next = end;
  } else if (bytes[i] === SLASH) unit.value = SLASH;
  else if (bytes[i] === LETTER_U) readHex4(bytes, i + 1, end, unit);
  else {
    unit.value = BOUNDARY;
    // A backslash that is meant: what comes after it is a character of its own.
    if (ENDS_WORD[bytes[i]!] === 0) unit.next = i;
  }
}

function readHex4(bytes: Uint8Array, at: number, end: number, unit: Unit): void {
  let point = 0;
  for (let i = at; i < at + 4; i++) {
    if (i >= end) {
      unit.value = INCOMPLETE;
      unit.next = end;
      return;
    }
    const digit = hexValue(bytes[i]!);
    if (digit < 0) {
      unit.value = BOUNDARY;
      return;
    }
    point = (point << 4) | digit;
  }
  unit.next = at + 4;
  unit.value = foldCodePoint(point);
}

/** Reads what begins at `at` with a percent sign: an encoded ASCII character, or the sign itself. */
export function readPercent(bytes: Uint8Array, at: number, end: number, unit: Unit): void {
  unit.next = at + 1;
  unit.value = 0x25;
  if (at + 1 >= end) {
    unit.value = INCOMPLETE;
    return;
  }
  const high = hexValue(bytes[at + 1]!);
  if (high < 0) return;
  if (at + 2 >= end) {
    unit.value = INCOMPLETE;
    return;
  }
  const low = hexValue(bytes[at + 2]!);
  if (low < 0) return;
  unit.next = at + 3;
  // A byte of UTF-8 beyond ASCII: no scheme has one, and a value may stand right behind it.
  unit.value = high > 7 ? BOUNDARY : foldCodePoint((high << 4) | low);
}
