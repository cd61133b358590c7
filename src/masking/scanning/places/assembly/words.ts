import { backslashes, beginsLike, bits, BLOCK, capitals, digits, letters } from './blocks';
import { BEGINNINGS, isLetter, PHONE_BEGINNINGS, PHONE_LETTERS, TEXT, TRIPLES } from './memory';

/** So many letters of a phrase tell whether it may be one of context. */
const TOLD_BY: i32 = 6;
/** Bits of the triples. */
const ANY_WORD: u32 = 1;
const PHONE_WORD: u32 = 2;
/** Tells the first four letters of a longer word from a word of four. */
const PREFIX: u32 = 0x8000_0000;
/** So many bytes before a word tell that it begins there: an escape. */
const TOLD_BEFORE: i32 = 6;
/** Between two words of a phrase. */
const MOST_SEPARATORS: i32 = 2;
/** `place-tables.ts` hashes alike. */
const FACTOR: u32 = 0x9e37_79b1;
/** The letters of U+00C0 to U+00FF without their accents; a space for those that are others. */
const PLAIN_LETTERS = memory.data<u8>([
  97, 97, 97, 97, 97, 97, 32, 99, 101, 101, 101, 101, 105, 105, 105, 105, 32, 110, 111, 111, 111, 111, 111, 32, 32, 117, 117, 117,
  117, 121, 32, 32, 97, 97, 97, 97, 97, 97, 32, 99, 101, 101, 101, 101, 105, 105, 105, 105, 32, 110, 111, 111, 111, 111, 111, 32,
  32, 117, 117, 117, 117, 121, 32, 121,
]);

/** First bytes of characters of scripts that are written without spaces between words. */
// @ts-ignore: decorator
@inline
function unspaced(bytes: v128): v128 {
  return i8x16.ge_u(bytes, i8x16.splat(0xe3 as i8));
}

/** First bytes of these, and of quotes and dashes: a word may begin behind them. */
// @ts-ignore: decorator
@inline
function beyond(bytes: v128): v128 {
  return i8x16.ge_u(bytes, i8x16.splat(0xe2 as i8));
}

/**
 * The first place of `text[from]` to `text[to - 1]` where a context word may begin: where a word begins with the letters of
 * one, or with some beyond Latin. `to` where there is none.
 */
export function nextWord(from: i32, to: i32): i32 {
  // What stands right before a byte tells whether a word begins there: each block begins with that much of the one before it.
  for (let base = from - TOLD_BEFORE; base + TOLD_BEFORE < to; base += BLOCK - TOLD_BEFORE) {
    const at = firstOf(BEGINNINGS, ANY_WORD, base, wordStarts(TEXT + base));
    if (at < to) return at;
  }
  return to;
}

/** The same for those that explain telephone numbers. */
export function nextPhoneWord(from: i32, to: i32): i32 {
  for (let base = from - TOLD_BEFORE; base + TOLD_BEFORE < to; base += BLOCK - TOLD_BEFORE) {
    const starts = wordStarts(TEXT + base);
    const at = firstOf(PHONE_BEGINNINGS, PHONE_WORD, base, starts & mayBePhone(TEXT + base));
    if (at < to) return at;
  }
  return to;
}

/** The first of these words, by the bits of where they begin, that may be one of context; beyond any text where none is. */
// @ts-ignore: decorator
@inline
function firstOf(beginnings: usize, kind: u32, base: i32, starts: u64): i32 {
  for (let rest = starts & (~u64(0) << TOLD_BEFORE); rest != 0; rest &= rest - 1) {
    const at = base + i32(ctz(rest));
    if (mayBegin(beginnings, kind, TEXT + at)) return at;
  }
  return i32.MAX_VALUE;
}

/** Where a word for telephones may begin. */
// @ts-ignore: decorator
@inline
function mayBePhone(block: usize): u64 {
  return bits(
    beginsLike(PHONE_LETTERS, block),
    beginsLike(PHONE_LETTERS, block + 16),
    beginsLike(PHONE_LETTERS, block + 32),
    beginsLike(PHONE_LETTERS, block + 48),
  );
}

/** Where words begin, or parts of one, in the 64 bytes from `block` on: at the first six too many. */
// @ts-ignore: decorator
@inline
function wordStarts(block: usize): u64 {
  const a = v128.load(block);
  const b = v128.load(block, 16);
  const c = v128.load(block, 32);
  const d = v128.load(block, 48);
  const letter = bits(letters(a), letters(b), letters(c), letters(d));
  const capital = bits(capitals(a), capitals(b), capitals(c), capitals(d));
  const backslash = bits(backslashes(a), backslashes(b), backslashes(c), backslashes(d));
  const high = bits(a, b, c, d);
  const word = letter | high;
  const joined = word | bits(digits(a), digits(b), digits(c), digits(d));
  const smalls = letter & ~capital;
  // Behind the letter of an escape, which looks like the first one of the word.
  const escaped = word & ((backslash << 2) | (backslash << 6));
  const starts = (word & ~(joined << 1)) | (capital & (smalls << 1)) | escaped;
  if (high == 0) return starts;
  const quote = bits(beyond(a), beyond(b), beyond(c), beyond(d));
  return starts | (word & (quote << 3)) | bits(unspaced(a), unspaced(b), unspaced(c), unspaced(d));
}

/** Whether the letters from `at` on may be those of a context word: nearly all are ruled out by the first four, three or two. */
// @ts-ignore: decorator
@inline
function mayBegin(beginnings: usize, kind: u32, at: usize): bool {
  const four = load<u32>(at);
  const small = smallLetters(four | 0x20);
  // Behind a second letter that is small, and a third that is or is none: no other word begins among them.
  if ((small & 0x8000) != 0) {
    const isThird = (small & 0x80_0000) != 0;
    const isOther = (four & 0x00c0_0000) == 0x0040_0000 || (four & 0x0080_0000) != 0;
    if (!isOther || isThird) {
      const index = ((four & 0x1f) << 10) | ((four >> 3) & 0x3e0) | (isThird ? (four >> 16) & 0x1f : 0);
      if ((load<u8>(TRIPLES + index) & kind) == 0) return false;
      if (isThird && (small & 0x8000_0000) != 0 && !isBeginning(beginnings, PREFIX | (index << 5) | ((four >> 24) & 0x1f))) return false;
    }
  }
  return isPhrase(beginnings, at);
}

/** The uppermost bit of each byte that is a small letter. */
// @ts-ignore: decorator
@inline
function smallLetters(four: u32): u32 {
  const ascii = four & 0x7f7f_7f7f;
  return (ascii + 0x1f1f_1f1f) & ~(ascii + 0x0505_0505) & ~four & 0x8080_8080;
}

/** Whether the letters from `at` on are those that a context word begins with, or all of one. */
function isPhrase(beginnings: usize, at: usize): bool {
  let hash: u32 = 0;
  let letters = 0;
  let separators = 0;
  let wasSmall = false;
  let i = at;
  while (letters < TOLD_BY) {
    let byte: u32 = load<u8>(i++);
    if (byte >= 0x80) {
      // Signs and punctuation end the word.
      if (byte == 0xc2 || byte == 0xe2) return isBeginning(beginnings, hash);
      if (byte != 0xc3) return true;
      const second: u32 = load<u8>(i++);
      byte = second >= 0x80 ? load<u8>(PLAIN_LETTERS + (second & 0x3f)) : 0x20;
      if (byte == 0x20) return true;
    } else if (!isLetter(byte)) {
      if (letters == 0 || !separates(byte) || separators == MOST_SEPARATORS) return isBeginning(beginnings, hash);
      if (separators++ == 0 && isBeginning(beginnings, hash)) return true;
      continue;
    }
    const isSmall = byte >= 0x61;
    if (wasSmall && !isSmall && isBeginning(beginnings, hash)) return true;
    wasSmall = isSmall;
    separators = 0;
    hash = (hash << 5) | (byte & 0x1f);
    letters++;
  }
  return isBeginning(beginnings, hash);
}

/** One of `-_./&'` and the space. */
// @ts-ignore: decorator
@inline
function separates(byte: u32): bool {
  return byte == 0x20 || byte == 0x2d || byte == 0x5f || byte == 0x2e || byte == 0x2f || byte == 0x26 || byte == 0x27;
}

// @ts-ignore: decorator
@inline
function isBeginning(beginnings: usize, hash: u32): bool {
  const mixed = hash * FACTOR;
  return ((load<u8>(beginnings + (mixed >> 16)) >> ((mixed >> 8) & 7)) & 1) != 0;
}
