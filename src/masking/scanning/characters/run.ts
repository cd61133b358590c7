import { CLASSES, DIGIT, HIGH, PLAIN } from './byte-classes.ts';
import { setOf } from './byte-set.ts';
import { BOUNDARY, IGNORED, INCOMPLETE, readEscape, readPercent, readUtf8, type Unit } from './characters.ts';
import { joins, mayJoin } from './joins.ts';

/** Most characters that are looked at together. */
export const RUN_MAX = 4096;
/** Of a longer run so many characters are settled at a time; what begins in them has the rest to end in. */
export const RUN_STEP = 3584;

const LETTER_M = 0x6d;
const MOST_COLOUR_DIGITS = 4;

/** What occurs in a run, so that most matchers need not look. */
export const HAS_AT = 1;
export const HAS_COLON = 2;
export const HAS_DOT = 4;
export const HAS_DASH = 8;
export const HAS_SLASH = 16;
/** A colon or an equals sign: the end of a field name, perhaps. */
export const HAS_FIELD = 32;
export const HAS_PLUS = 64;

const FEATURES = new Uint8Array(256);
for (const [character, bit] of [
  ['@', HAS_AT],
  [':', HAS_COLON | HAS_FIELD],
  ['=', HAS_FIELD],
  ['.', HAS_DOT],
  ['-', HAS_DASH],
  ['/', HAS_SLASH],
  ['+', HAS_PLUS],
] as const) {
  FEATURES[character.charCodeAt(0)] = bit;
}

/** What is known of a byte: whether it is a digit, whether it is a character of a run without a second look, its features. */
const IS_DIGIT = 1;
const PLAINLY = 2;
const FEATURE_BITS = 8;
const BYTES = Uint16Array.from(CLASSES, (bits, byte) => {
  const isPlain = (bits & PLAIN) !== 0 && byte !== 0x25 && byte !== 0x6d;
  return (isPlain ? PLAINLY : 0) | ((bits & DIGIT) === 0 ? 0 : IS_DIGIT) | (FEATURES[byte]! << FEATURE_BITS);
});

const SPACE = 0x20;
const BACKSLASH = 0x5c;
const PERCENT = 0x25;
/** Shorter runs are copied byte by byte: a call that copies costs more. */
const SHORT = 64;
/** How a run ended. */
const ENDED = 0;
const CUT = 1;
const STARVED = 2;

/** A run, each byte of which is a character. */
export interface PlainRun {
  readonly end: number;
  readonly digits: number;
  /** What occurs in it: {@link HAS_AT} and the others. */
  readonly features: number;
}

/**
 * A run: characters that stand so close together that they may be one value, or several. Every value lies in one run, so a
 * text is searched run by run, and where a text is cut into chunks only the last run of each has to wait.
 *
 * The object is used again for every run; what it holds is good until the next `read`.
 */
export class Run {
  /** ASCII, or {@link OTHER_LETTER}. */
  readonly text: Uint8Array<ArrayBuffer> = new Uint8Array(RUN_MAX + 1);
  /** Where each character begins in the raw text; one more for the end. Only of a run that is not plain. */
  readonly #offsets = new Int32Array(RUN_MAX + 2);
  /** Where the run begins in the raw text. */
  start = 0;
  /** It was taken as it stands: offsets need not be looked up. */
  #isTaken = false;
  length = 0;
  digits = 0;
  features = 0;
  /** Its first character goes on from one before it: the run is longer than what is looked at together. */
  goesOn = false;
  /** Behind the character that ended the run. */
  behind = 0;
  #ending = ENDED;
  readonly #unit: Unit = { value: 0, next: 0 };

  /** The text may go on, and the run with it. */
  get isStarved(): boolean {
    return this.#ending === STARVED;
  }

  /** There are more characters than are looked at together. */
  get isCut(): boolean {
    return this.#ending === CUT;
  }

  /** Where the run ends in the raw text. */
  get end(): number {
    return this.offset(this.length);
  }

  /** Whether each byte of the raw text is a character. */
  get isPlain(): boolean {
    return this.end - this.start === this.length;
  }

  /** Where a character begins in the raw text; where the run ends for the one behind the last. */
  offset(index: number): number {
    return this.#isTaken ? this.start + index : this.#offsets[index]!;
  }

  /**
   * Reads the run that begins at `start`.
   * @param isFinal nothing comes after `end`
   */
  read(bytes: Uint8Array, start: number, end: number, isFinal: boolean): void {
    const { text } = this;
    const offsets = this.#offsets;
    let at = start;
    let n = 0;
    let digits = 0;
    let seen = 0;
    this.#ending = ENDED;
    this.behind = start + 1;
    for (;;) {
      const limit = Math.min(end, at + RUN_MAX - n);
      for (; at < limit; at++, n++) {
        const byte = bytes[at]!;
        const bits = BYTES[byte]!;
        if ((bits & PLAINLY) === 0) break;
        text[n] = byte;
        offsets[n] = at;
        digits += bits & IS_DIGIT;
        seen |= bits;
      }
      if (at < limit && joinsAmong(bytes, at, end)) {
        text[n] = bytes[at]!;
        offsets[n++] = at++;
        continue;
      }
      if (at >= end) {
        if (!isFinal) this.#ending = STARVED;
        break;
      }
      if (n === RUN_MAX) {
        this.#ending = CUT;
        break;
      }
      const mayEndColour = digits === n && n < MOST_COLOUR_DIGITS;
      const value = bytes[at] === LETTER_M ? this.#readM(bytes, at, mayEndColour) : this.#readSpecial(bytes, at, end, isFinal);
      if (value === BOUNDARY) {
        this.behind = Math.max(this.#unit.next, at + 1);
        break;
      }
      if (value >= 0) {
        text[n] = value;
        offsets[n++] = at;
        digits += BYTES[value]! & IS_DIGIT;
        seen |= BYTES[value]!;
      }
      at = this.#unit.next;
    }
    offsets[n] = at;
    this.start = offsets[0]!;
    this.#isTaken = false;
    this.length = n;
    this.digits = digits;
    this.features = seen >> FEATURE_BITS;
  }

  /** Takes `bytes[start]` to `bytes[end - 1]` for a run, each byte of which is a character. */
  take(bytes: Uint8Array, start: number, { end, digits, features }: PlainRun): void {
    const { text } = this;
    const length = end - start;
    if (length > SHORT) text.set(bytes.subarray(start, end));
    else for (let i = 0; i < length; i++) text[i] = bytes[start + i]!;
    this.start = start;
    this.#isTaken = true;
    this.length = length;
    this.digits = digits;
    this.features = features;
    this.goesOn = false;
    this.#ending = length < RUN_MAX ? ENDED : CUT;
    this.behind = end + (bytes[end] === BACKSLASH ? 2 : 1);
  }

  #readM(bytes: Uint8Array, at: number, mayEndColour: boolean): number {
    this.#unit.next = at + 1;
    return mayEndColour && endsColour(bytes, at) ? BOUNDARY : LETTER_M;
  }

  /** The character that begins at `at`, where it is more than a plain byte; BOUNDARY where the run ends. */
  #readSpecial(bytes: Uint8Array, at: number, end: number, isFinal: boolean): number {
    const unit = this.#unit;
    if (bytes[at] === SPACE && at + 1 < end) {
      // What most runs end with, told by the two bytes around it: see isJoined.
      unit.next = at + 1;
      return joins(SPACE, byteBefore(bytes, at), bytes[at + 1]!) ? SPACE : BOUNDARY;
    }
    readUnit(bytes, at, end, unit);
    let { value } = unit;
    if (value === INCOMPLETE || (unit.next >= end && mayJoin(value, byteBefore(bytes, at)))) {
      if (!isFinal) this.#ending = STARVED;
      return BOUNDARY;
    }
    if (!isJoined(bytes, at, value, unit.next)) value = BOUNDARY;
    return value;
  }
}

function readUnit(bytes: Uint8Array, at: number, end: number, unit: Unit): void {
  const byte = bytes[at]!;
  if (byte >= 0x80) readUtf8(bytes, at, end, unit);
  else if (byte === BACKSLASH) readEscape(bytes, at, end, unit);
  else if (byte === PERCENT) readPercent(bytes, at, end, unit);
  else {
    unit.value = byte < SPACE ? BOUNDARY : byte;
    unit.next = at + 1;
  }
}

/** Whether a space or a parenthesis belongs to a run, where the bytes on both sides of it are there. */
function joinsAmong(bytes: Uint8Array, at: number, end: number): boolean {
  return at > 0 && at + 1 < end && joins(bytes[at]!, bytes[at - 1]!, bytes[at + 1]!);
}

function byteBefore(bytes: Uint8Array, at: number): number {
  return at > 0 ? bytes[at - 1]! : 0;
}

/**
 * Whether a character belongs to the run it stands in. It is told by the bytes around it alone, so that it is the same from
 * whichever side one comes.
 */
function isJoined(bytes: Uint8Array, at: number, value: number, next: number): boolean {
  if (value < 0) return value === IGNORED && !isBehindIgnored(bytes, at);
  if (value >= 0x80 || (CLASSES[value]! & PLAIN) !== 0) return true;
  return joins(value, byteBefore(bytes, at), next < bytes.length ? bytes[next]! : 0);
}

/**
 * Whether the m at `at` ends a colour of a terminal (ECMA-48 §8.3.117): escape, bracket, numbers, m. The escape may be spelt
 * `\u001b`, `\x1b`, `\033` or `\e`.
 */
function endsColour(bytes: Uint8Array, at: number): boolean {
  let i = at - 1;
  while (i > 0 && at - i < LONGEST_COLOUR && ((CLASSES[bytes[i]!]! & DIGIT) !== 0 || bytes[i] === SEMICOLON)) i--;
  return bytes[i] === BRACKET && ENDS_ESCAPE[bytes[i - 1] ?? 0] === 1;
}

const LONGEST_COLOUR = 20;
const SEMICOLON = 0x3b;
const BRACKET = 0x5b;
/** The escape itself, or the last character of its spellings. */
const ENDS_ESCAPE = setOf('\u001bbB3e');

/** The same where the text may go on: what only the next character can tell may be so. */
function mayBeJoined(bytes: Uint8Array, at: number, end: number, { value, next }: Unit): boolean {
  return value === INCOMPLETE || (next >= end && mayJoin(value, byteBefore(bytes, at))) || isJoined(bytes, at, value, next);
}

/** In UTF-8, the last byte first, as one number. */
const IGNORED_IN_UTF8 = new Set([0x8b_80e2, 0x8c_80e2, 0x8d_80e2, 0xa0_81e2, 0xbf_bbef, 0xadc2]);
/** Bytes of an escape such as `\u200b`. */
const ESCAPE_LENGTH = 6;

/**
 * Whether a character that is not seen stands right before another. One may stand within a value; of two the second ends the
 * run, so that no run goes on without a character to look at.
 */
function isBehindIgnored(bytes: Uint8Array, at: number): boolean {
  const last = byteBefore(bytes, at);
  const two = (last << 8) | byteBefore(bytes, at - 1);
  if (last >= 0x80) return IGNORED_IN_UTF8.has(two) || IGNORED_IN_UTF8.has((two << 8) | byteBefore(bytes, at - 2));
  const escape = at - ESCAPE_LENGTH;
  if (escape < 0 || bytes[escape] !== BACKSLASH || bytes[escape + 1] !== 0x75) return false;
  readEscape(bytes, escape, at, ESCAPED);
  return ESCAPED.value === IGNORED && ESCAPED.next === at;
}

const ESCAPED: Unit = { value: 0, next: 0 };
const SHARED_UNIT: Unit = { value: 0, next: 0 };

/**
 * Where the run begins that the character at `at` is in; `at` itself where that character is in none.
 * @param floor how far back to look at most
 */
export function runStart(bytes: Uint8Array, at: number, floor: number, end: number): number {
  const unit = SHARED_UNIT;
  let start = at;
  let i = at - 1;
  while (i >= floor) {
    const byte = bytes[i]!;
    if (byte === BACKSLASH || byte === PERCENT) {
      const first = byte === BACKSLASH ? firstBackslash(bytes, i, floor) : i;
      readUnit(bytes, i, end, unit);
      // What the escape spells has been passed byte by byte; the run goes on before it, or begins after it.
      if (!mayBeJoined(bytes, first, end, unit)) return Math.max(unit.next, start);
      start = first;
      i = first - 1;
      continue;
    }
    if ((CLASSES[byte]! & PLAIN) !== 0) {
      if (byte === LETTER_M && endsColour(bytes, i)) return start;
      start = i--;
      continue;
    }
    const lead = (CLASSES[byte]! & HIGH) !== 0 ? leadByte(bytes, i, floor) : i;
    readUnit(bytes, lead, end, unit);
    if (unit.value === INCOMPLETE || unit.next !== i + 1 || !mayBeJoined(bytes, lead, end, unit)) return start;
    start = lead;
    i = lead - 1;
  }
  return start;
}

/** Behind the character beyond ASCII that begins at `at`, where it belongs to no run; -1 where it does, or is cut. */
export function behindBoundary(bytes: Uint8Array, at: number, end: number): number {
  readUtf8(bytes, at, end, SHARED_UNIT);
  return mayBeJoined(bytes, at, end, SHARED_UNIT) ? -1 : SHARED_UNIT.next;
}

function firstBackslash(bytes: Uint8Array, at: number, floor: number): number {
  let first = at;
  while (first > floor && bytes[first - 1] === BACKSLASH) first--;
  return first;
}

/** Where the character of UTF-8 begins that the byte at `at` is part of. */
export function leadByte(bytes: Uint8Array, at: number, floor: number): number {
  let lead = at;
  while (lead > floor && at - lead < 3 && (bytes[lead]! & 0xc0) === 0x80) lead--;
  return lead;
}
