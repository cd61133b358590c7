import { closers } from './blocks';
import {
  ADDRESSES,
  AT_SIGNS,
  ENDINGS,
  FIELD_NAMES,
  isCapital,
  isDigit,
  isHex,
  isLetter,
  isSmall,
  isWord,
  NAMES,
  place,
  TEXT,
} from './memory';
import { joins } from './joins';
import { mayBeAddress } from './numbers';

const BACKSLASH: u32 = 0x5c;
const COLON: u32 = 0x3a;
const EQUALS: u32 = 0x3d;
const SPACE: u32 = 0x20;
const OPEN_PARENTHESIS: u32 = 0x28;
const CLOSE_PARENTHESIS: u32 = 0x29;
const OPEN_BRACKET: u32 = 0x5b;
const LETTER_N: u32 = 0x6e;
const QUOTE: u32 = 0x22;
const PERCENT: u32 = 0x25;
const HYPHEN: u32 = 0x2d;
const DOT: u32 = 0x2e;
const SLASH: u32 = 0x2f;
/** Longer ones are looked at whatever stands before them. */
const LONGEST_USER_INFO: usize = 128;
/** More of them between a name and its sign are not counted: the name is then looked at. */
const MOST_BACKSLASHES: i32 = 64;
const LONGEST_COLOUR: i32 = 20;

/** One of `"'\`])`. */
// @ts-ignore: decorator
@inline
function closes(byte: u32): bool {
  return byte == 0x22 || byte == 0x27 || byte == 0x60 || byte == 0x5d || byte == 0x29;
}

/**
 * Looks at one of `@ \ % ~ [`, or the first byte of a character that may count as one of ASCII.
 * @returns how far behind it a word may begin that has a letter or a digit before it; 0 where none does
 */
export function lookAtSign(at: usize, end: usize, wanted: i32): i32 {
  switch (load<u8>(at)) {
    case 0x40: {
      if (wanted & AT_SIGNS && joinsBefore(at) && (hasDomain(at, end) || hasAuthority(at))) place(at);
      return 0;
    }
    case 0x5c:
      return lookAtEscape(at);
    case 0x25:
      return lookAtPercent(at);
    case 0x7e: {
      // Client secrets of Azure have no other beginning.
      if (load<u8>(at - 1) == 0x51 && isDigit(load<u8>(at - 2))) place(at - 1);
      return 0;
    }
    case 0x5b:
      return colourEnd(at);
    default: {
      if (isRespelt(at)) place(at);
      return 0;
    }
  }
}

/** Whether something stands before an at sign that may belong to it: no space, quote, bracket, end of a line. */
function joinsBefore(at: usize): bool {
  const before: u32 = load<u8>(at - 1);
  if (before == LETTER_N && load<u8>(at - 2) == BACKSLASH) return false;
  return before > SPACE && (before == CLOSE_PARENTHESIS || !closes(before)) && before != OPEN_PARENTHESIS && before != OPEN_BRACKET && before != BACKSLASH;
}

/** Whether a domain of more than one label may follow an at sign. */
function hasDomain(at: usize, end: usize): bool {
  let to = at + 1;
  while (to < end && (isWord(load<u8>(to)) || load<u8>(to) == HYPHEN)) to++;
  const byte: u32 = load<u8>(to);
  // What is spelt in another way may be a dot.
  return to >= end || byte == DOT || byte == BACKSLASH || byte == PERCENT || byte >= 0x80;
}

/** The last at sign without an authority before it, and what ends the text that was read for it. */
let bareAt: usize = 0;
let bareFrom: usize = 0;

/** A new text begins. */
export function forgetSigns(): void {
  bareAt = 0;
}

/** Whether the two slashes of a URL stand before an at sign, with nothing between that ends a run for certain. */
function hasAuthority(at: usize): bool {
  const known = bareAt;
  let i = at - 1;
  let slashes = 0;
  while (i > known && at - i < LONGEST_USER_INFO) {
    const byte: u32 = load<u8>(i);
    if (byte < SPACE || byte == QUOTE || (byte == SPACE && !joins(i, byte))) break;
    if (byte == SLASH) {
      if (++slashes == 2) return true;
    } else slashes = 0;
    i--;
  }
  // What stands before an earlier one was read for that.
  if (i != known) bareFrom = i;
  bareAt = at;
  return at - bareFrom >= LONGEST_USER_INFO;
}

/** Looks at a colon or an equals sign. */
// @ts-ignore: decorator
@inline
export function lookAtColon(at: usize, end: usize, wanted: i32): void {
  if (wanted & NAMES && mayEndName(at) && mayAssign(at) && endsName(at)) place(at);
  else if (wanted & ADDRESSES && load<u8>(at) == COLON && joinsAddress(at) && mayBeAddress(at, end)) place(at);
}

// @ts-ignore: decorator
@inline
function joinsAddress(at: usize): bool {
  const next: u32 = load<u8>(at + 1);
  return next == COLON || (isHex(next) && isHex(load<u8>(at - 1)));
}

/** Not of `==` and `::`: see `behindSign` in `field-value.ts`. */
// @ts-ignore: decorator
@inline
function mayAssign(at: usize): bool {
  const next: u32 = load<u8>(at + 1);
  return next != COLON && (next != EQUALS || load<u8>(at) == COLON);
}

/** May stand between two characters of a name. */
// @ts-ignore: decorator
@inline
function isDash(byte: u32): bool {
  return byte == 0x2d || byte == 0x5f || byte == 0x2e || byte == 0x20;
}

/** Whether the last two characters before a sign that may be of a name are those of one that counts: of nearly none they are. */
// @ts-ignore: decorator
@inline
function mayEndName(sign: usize): bool {
  const between = u32(i8x16.bitmask(closers(v128.load(sign - 16))));
  const end = sign - usize(clz(~(between << 16)));
  return load<u8>(ENDINGS + load<u16>(end - 2)) != 0 || end == sign - 16;
}

/** Whether a name that counts ends before a sign: see `nameEnd`. */
function endsName(sign: usize): bool {
  let end = sign;
  if (load<u8>(end - 1) == COLON) end--;
  for (let spaces = 0; spaces < 8 && load<u8>(end - 1) == SPACE; spaces++) end--;
  if (closes(load<u8>(end - 1))) {
    end--;
    let backslashes = 0;
    while (load<u8>(end - 1) == BACKSLASH) {
      end--;
      if (++backslashes >= MOST_BACKSLASHES) return true;
    }
    if (closes(load<u8>(end - 1))) end--;
  }
  const thirds: u32 = load<u8>(ENDINGS + load<u16>(end - 2));
  if (thirds == 0) return false;
  let third: u32 = load<u8>(end - 3);
  if (isDash(third)) third = load<u8>(end - 4);
  return (isDash(third) || ((thirds >> (third & 7)) & 1) != 0) && isName(end);
}

/** A cell of the automaton of names is the next state, with this bit where a name is read to its first character there. */
const COMPLETE: u32 = 0x8000;
const STATE: u32 = 0x7fff;
const ROW: usize = 36;
/** A name as long as this is told from others by itself: as in `reverse-names.ts`. */
const SELF_TELLING: i32 = 8;

/** Whether a name that counts ends at `end`: see `ReverseNames.endingAt`. */
function isName(end: usize): bool {
  let state: u32 = 0;
  let length = 0;
  for (let i = end - 1; i >= TEXT; i--) {
    const byte: u32 = load<u8>(i);
    if (!isWord(byte)) {
      if (length > 0 && isDash(byte)) continue;
      return false;
    }
    const column = isDigit(byte) ? byte - 0x30 : (byte | 0x20) - 0x57;
    const cell: u32 = load<u16>(FIELD_NAMES + ((usize(state) * ROW + usize(column)) << 1));
    if (cell == 0) return false;
    state = cell & STATE;
    length++;
    if ((cell & COMPLETE) != 0 && (length >= SELF_TELLING || beginsWord(i))) return true;
  }
  // What stands before the text is not known.
  return true;
}

/** Whether a word begins at `at`: behind no letter, behind one of an escape, or where a capital follows a small letter. */
function beginsWord(at: usize): bool {
  const before: u32 = load<u8>(at - 1);
  return at == TEXT || !isLetter(before) || load<u8>(at - 2) == BACKSLASH || (isSmall(before) && isCapital(load<u8>(at)));
}

function lookAtEscape(at: usize): i32 {
  if (load<u8>(at - 1) == BACKSLASH) return 0;
  let to = at + 1;
  while (load<u8>(to) == BACKSLASH) to++;
  const escaped: u32 = load<u8>(to);
  switch (escaped) {
    case 0x2f: {
      place(to);
      return 0;
    }
    case 0x75: {
      const point = hex4(to + 1);
      if (point < 0) return 0;
      if (countsAsAscii(point)) place(to);
      // Its digits hide where a number behind it begins.
      if (isDigit(load<u8>(to + 5))) place(to + 5);
      return i32(to + 5 - at);
    }
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return i32(to + 1 - at);
    default:
      return 0;
  }
}

/** Behind the m of a colour of a terminal whose bracket is at `at`; 0 where there is none. See `endsColour` in `run.ts`. */
function colourEnd(at: usize): i32 {
  const before: u32 = load<u8>(at - 1);
  // The escape character, or the last one of `\x1b`, `\033`, `\e`, with or without what escapes it.
  if (before != 0x1b && (before | 0x20) != 0x62 && before != 0x33 && before != 0x65) return 0;
  let to = at + 1;
  for (let i = 0; i < LONGEST_COLOUR && (isDigit(load<u8>(to)) || load<u8>(to) == 0x3b); i++) to++;
  return load<u8>(to) == 0x6d ? i32(to + 1 - at) : 0;
}

function lookAtPercent(at: usize): i32 {
  const high = hexValue(load<u8>(at + 1));
  const low = hexValue(load<u8>(at + 2));
  if (high < 0 || low < 0) return 0;
  const value = (high << 4) | low;
  if (value >= 0x20 && value < 0x7f) place(at);
  // Its digits hide where a number behind it begins.
  if (isDigit(load<u8>(at + 3))) place(at + 3);
  return 3;
}

// @ts-ignore: decorator
@inline
function hexValue(byte: u32): i32 {
  if (isDigit(byte)) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : -1;
}

function hex4(at: usize): i32 {
  let point = 0;
  for (let i: usize = 0; i < 4; i++) {
    const value = hexValue(load<u8>(at + i));
    if (value < 0) return -1;
    point = (point << 4) | value;
  }
  return point;
}

/** Whether a code point is read as a character of ASCII that a value may have, or not at all: see `foldCodePoint`. */
function countsAsAscii(point: i32): bool {
  if (point < 0xa0) return point >= 0x20 && point < 0x7f;
  if (point == 0xa0 || point == 0xad) return true;
  if (point < 0x2000) return false;
  if (point < 0x2213) {
    return (
      point == 0x2007 ||
      (point >= 0x2009 && point <= 0x200d) ||
      (point >= 0x2010 && point <= 0x2015) ||
      point == 0x202f ||
      point == 0x2060 ||
      point == 0x2212
    );
  }
  return point == 0xfeff || (point >= 0xff01 && point <= 0xff5e);
}

/** The same for a character in UTF-8; a space joins only what stands before it. */
function isRespelt(at: usize): bool {
  const before: u32 = load<u8>(at - 1);
  const lead: u32 = load<u8>(at);
  const second: u32 = load<u8>(at + 1);
  if (lead == 0xc2) return second == 0xad || (second == 0xa0 && (isWord(before) || before == 0x29));
  const third: u32 = load<u8>(at + 2);
  const point = ((lead & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
  return countsAsAscii(point);
}
