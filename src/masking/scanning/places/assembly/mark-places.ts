import {
  ADDRESSES,
  DIGITS,
  firstOf,
  FORMS,
  isWord,
  JOINABLE,
  mayBegin,
  NUMBERS,
  PHRASES,
  place,
  placeAll,
  PLACES,
  TEXT,
  WORDS,
} from './memory';
import { announces, backslashes, bits, BLOCK, capitals, digits, down, letters, ns, plain, quotes, separators, signs, up } from './blocks';
import { mayBeForm } from './forms';
import { mayBeHyphened, mayBeNumber } from './numbers';
import { forgetRuns } from './known-runs';
import { forgetNumbers } from './runs';
import { forgetSigns, lookAtColon, lookAtSign } from './signs';
export { nextToken, readPlain, readShapes } from './read-run';
export { nextPhoneWord, nextWord } from './words';

const COLON: u32 = 0x3a;
const EQUALS: u32 = 0x3d;
const BACKSLASH: u32 = 0x5c;
/** Zeros behind the text, so that nothing is read there that is left from another one. */
const MARGIN: usize = 128;
/** Four digits with dots are an address; fewer digits in a block are part of no number. */
const FEWEST_DIGITS: u64 = 4;
const FEWEST_NUMBER: u64 = 6;

/**
 * Marks every place of `text[from]` to `text[end - 1]` where a value may be, and others: but wherever a value stands at least
 * one byte of it is marked, or the sign behind the name of the field.
 *
 * @param wanted what is looked for
 */
export function mark(from: i32, end: i32, wanted: i32): void {
  const first = from & ~(BLOCK - 1);
  const stop = TEXT + end;
  clear(PLACES + (first >> 3), (((end - first) >> 6) + 2) << 3);
  clear(stop, MARGIN);
  // What stands before is not known, and nothing is behind.
  for (let row: usize = JOINABLE; row <= DIGITS; row += WORDS - JOINABLE) {
    store<u64>(row + (first >> 3) - 8, 0);
    store<u64>(row + (((end + 63) >> 6) << 3), 0);
  }
  forgetSigns();
  forgetRuns();
  let digitsBefore: u64 = 0;
  let lettersBefore: u64 = 0;
  let joinableBefore: u64 = 0;
  let twoBefore: u64 = 0;
  let fourBefore: u64 = 0;
  let eightBefore: u64 = 0;
  let thirteenBefore: u64 = 0;
  let capitalsBefore: u64 = 0;
  let twoCapitalsBefore: u64 = 0;
  let fourCapitalsBefore: u64 = 0;
  let fiveBefore: u64 = 0;
  let startsBefore: u64 = 0;
  let startsCarried: u64 = 0;
  let backslashesBefore = u64(u32(load<u8>(TEXT + first - 1)) == BACKSLASH) << 63;
  // One block more, which is empty: what stands in a long run is told a block later.
  for (let block = TEXT + first; block < stop + BLOCK; block += BLOCK) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);
    const digit = bits(digits(a), digits(b), digits(c), digits(d));
    const letter = bits(letters(a), letters(b), letters(c), letters(d));
    const word = digit | letter;
    const joinable = bits(plain(a), plain(b), plain(c), plain(d));
    const capital = digit | bits(capitals(a), capitals(b), capitals(c), capitals(d));
    const sign = bits(signs(a), signs(b), signs(c), signs(d));
    const row = (block - TEXT) >> 3;
    store<u64>(JOINABLE + row, joinable);
    store<u64>(WORDS + row, word);
    store<u64>(DIGITS + row, digit);
    let starts = (word & ~up(word, digitsBefore | lettersBefore, 1)) | startsCarried;
    // Most escapes are quotes and ends of lines.
    const backslash = bits(backslashes(a), backslashes(b), backslashes(c), backslashes(d));
    const escaped = up(backslash, backslashesBefore, 1);
    const lines = backslash & ~escaped & bits(ns(v128.load(block, 1)), ns(v128.load(block, 17)), ns(v128.load(block, 33)), ns(v128.load(block, 49)));
    const quote = bits(
      quotes(v128.load(block, 1)),
      quotes(v128.load(block, 17)),
      quotes(v128.load(block, 33)),
      quotes(v128.load(block, 49)),
    );
    starts |= lines << 2;
    startsCarried = lines >> 62;
    backslashesBefore = backslash;
    for (let rest = sign & ~(backslash & (escaped | quote | lines)); rest != 0; rest &= rest - 1) {
      const i = i32(ctz(rest));
      const found: u32 = load<u8>(block + i);
      if (found == EQUALS || found == COLON) {
        lookAtColon(block + i, stop, wanted);
        continue;
      }
      const begins = lookAtSign(block + i, stop, wanted);
      if (begins == 0) continue;
      const at = i + begins;
      if (at < 64) starts |= u64(1) << at;
      else if (at < 128) startsCarried |= u64(1) << (at - 64);
      else place(block + at);
    }

    if (wanted & NUMBERS && popcnt(digit) + popcnt(digitsBefore >> 32) >= FEWEST_DIGITS) {
      const part = digit | bits(separators(a), separators(b), separators(c), separators(d));
      const stretches = inRowsOf6(part) | atBorders(part);
      markNumbers(block, stop, part, digit & (~up(digit, digitsBefore, 1) | 1) & stretches, digit);
    }

    if (wanted & FORMS) {
      const two = joinable & up(joinable, joinableBefore, 1);
      const four = two & up(two, twoBefore, 2);
      const eight = four & up(four, fourBefore, 4);
      const thirteen = eight & up(eight, eightBefore, 5);
      if ((thirteen | thirteenBefore) != 0) {
        // Only now it is known which runs of the block before are long.
        for (let rest = startsBefore & inRowsOf13(thirteenBefore, thirteen); rest != 0; rest &= rest - 1)
          markForm(block - BLOCK + usize(ctz(rest)), stop, wanted);
      }
      joinableBefore = joinable;
      twoBefore = two;
      fourBefore = four;
      eightBefore = eight;
      thirteenBefore = thirteen;

      const twoCapitals = capital & up(capital, capitalsBefore, 1);
      const fourCapitals = twoCapitals & up(twoCapitals, twoCapitalsBefore, 2);
      const five = fourCapitals & up(capital, capitalsBefore, 4);
      if (five != 0) {
        const nine = five & up(fourCapitals, fourCapitalsBefore, 5);
        placeAll(block, nine & ~(nine << 1));
        for (let rest = five & ~up(five, fiveBefore, 1); rest != 0; rest &= rest - 1) markCapitals(block + usize(ctz(rest)) - 4);
      }
      capitalsBefore = capital;
      twoCapitalsBefore = twoCapitals;
      fourCapitalsBefore = fourCapitals;
      fiveBefore = five;

      const pairs = digit & up(digit, digitsBefore, 1);
      if (pairs != 0) markMixed(block, stop, pairs, letter, lettersBefore, digit, digitsBefore);
    }

    if (wanted & PHRASES) {
      const found = starts & bits(announces(block), announces(block + 16), announces(block + 32), announces(block + 48));
      for (let rest = found; rest != 0; rest &= rest - 1) markPhrase(block + usize(ctz(rest)));
    }

    digitsBefore = digit;
    lettersBefore = letter;
    startsBefore = starts;
  }
  if (wanted & NUMBERS) forgetNumbers(TEXT + first, stop, wanted);
}

/** All bits that stand in rows of six and more. */
// @ts-ignore: decorator
@inline
function inRowsOf6(mask: u64): u64 {
  const three = mask & (mask << 1) & (mask << 2);
  let row = three & (three << 3);
  row |= row >> 1;
  row |= row >> 2;
  return row | (row >> 2);
}

/** The rows that begin with the first bit or end with the last one. */
// @ts-ignore: decorator
@inline
function atBorders(mask: u64): u64 {
  const rows = mask & ~(mask + 1);
  return rows | (mask & ~((~u64(0)) >> clz(~mask)));
}

/** Marks the groups of digits that have enough others near them. */
function markNumbers(block: usize, stop: usize, part: u64, groups: u64, digit: u64): void {
  let rest = groups;
  while (rest != 0) {
    const i = ctz(rest);
    // The digits and separators around this digit.
    const to = ctz(~(part >> i)) + i;
    const from = i + 1 - clz(~(part << (63 - i)));
    const stretch = firstOf(usize(to)) & (~u64(0) << from);
    const count = popcnt(digit & stretch);
    const at = block + usize(i);
    const isWhole = to < 64 && from > 0;
    // Fewer digits may still be an address of IPv4.
    if (count >= FEWEST_NUMBER || (isWhole && count >= FEWEST_DIGITS && mayBeNumber(at, stop))) placeAll(block, groups & stretch);
    else if (!isWhole) {
      // They go on beyond the block.
      if (mayBeNumber(at, stop)) place(at);
      rest &= rest - 1;
      continue;
    }
    rest &= ~stretch;
  }
}

/** A call that fills memory costs more than most texts take. */
// @ts-ignore: decorator
@inline
function clear(from: usize, length: usize): void {
  for (let at = from; at < from + length; at += 8) store<u64>(at, 0);
}

/** Of the bits of a block those that stand in rows of 13 and more, by the last bits of 13 in a row in it and in the next one. */
// @ts-ignore: decorator
@inline
function inRowsOf13(last: u64, next: u64): u64 {
  const two = last | down(last, next, 1);
  const nextTwo = next | (next >> 1);
  const four = two | down(two, nextTwo, 2);
  const nextFour = nextTwo | (nextTwo >> 2);
  const eight = four | down(four, nextFour, 4);
  return eight | down(eight, nextFour | (nextFour >> 4), 5);
}

/** A word begins at `at`, in a run that is long enough for a token. */
// @ts-ignore: decorator
@inline
function markForm(at: usize, stop: usize, wanted: i32): void {
  if (mayBegin(at) && mayBeForm(at, stop)) place(at);
  if (wanted & ADDRESSES && mayBeHyphened(at)) place(at);
}

/** Five or more capitals and digits begin at `at`: PRIVATE KEY, or the third part of a tax number of Italy. */
function markCapitals(at: usize): void {
  if (load<u32>(at) == 0x5649_5250 && load<u32>(at + 3) == 0x4554_4156) place(at);
  else if (load<u8>(at - 1) == 0x20 && load<u8>(at - 5) == 0x20 && load<u8>(at + 5) == 0x20) place(at);
}

/**
 * Digits among letters, at the second of two digits: behind five letters; a country and a checksum before a space; two digits,
 * a letter, two digits.
 */
function markMixed(block: usize, stop: usize, pairs: u64, letter: u64, lettersBefore: u64, digit: u64, digitsBefore: u64): void {
  const behindLetter = pairs & up(letter, lettersBefore, 2);
  if (behindLetter == 0) return;
  const behindTwo = behindLetter & up(letter, lettersBefore, 3);
  const behindFive = behindTwo & up(letter, lettersBefore, 4) & up(letter, lettersBefore, 5) & up(letter, lettersBefore, 6);
  if (behindFive != 0) placeAll(block, behindFive);
  for (let rest = behindTwo; rest != 0; rest &= rest - 1) {
    const at = block + usize(ctz(rest));
    if (!isWord(load<u8>(at + 1)) && mayBegin(at - 3) && mayBeForm(at - 3, stop)) place(at - 3);
  }
  const around = behindLetter & up(digit, digitsBefore, 3) & up(digit, digitsBefore, 4);
  for (let rest = around; rest != 0; rest &= rest - 1) {
    const at = block + usize(ctz(rest));
    if (!isWord(load<u8>(at + 1)) && !isWord(load<u8>(at - 5))) place(at);
  }
}

/** A word begins at `at` that may be one of those that announce a seed phrase. */
// @ts-ignore: decorator
@inline
function markPhrase(at: usize): void {
  const four = load<u32>(at) | 0x2020_2020;
  // seed, mnem, phra, reco
  if (four == 0x6465_6573 || four == 0x6d65_6e6d || four == 0x6172_6870 || four == 0x6f63_6572) place(at);
}
