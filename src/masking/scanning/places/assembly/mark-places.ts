import {
  ADDRESSES,
  CAPITALS,
  DIGITS,
  firstOf,
  isWord,
  JOINABLE,
  mayBegin,
  NUMBERS,
  PHRASES,
  place,
  placeAll,
  PLACES,
  rowAt,
  SIGNS,
  STARTS,
  TEXT,
  THIRTEENS,
  WORDS,
} from './memory';
import { announces, bits, BLOCK, down, equals, separators, up } from './blocks';
import { mayBeForm } from './forms';
import { mayBeHyphened, mayBeNumber } from './numbers';
import { forgetRuns } from './known-runs';
import { forgetNumbers } from './runs';
import { forgetSigns, lookAtColon, lookAtSign } from './signs';
import {
  addStart,
  capitalBlocks,
  classify,
  FEWEST_DIGITS,
  forgetStarts,
  longBlocks,
  mixedBlocks,
  numberBlocks,
  phraseBlocks,
  signsEnd,
  STRIPE,
} from './stripe';
export { nextToken, readPlain, readShapes } from './read-run';
export { nextPhoneWord, nextWord } from './words';

const COLON: u32 = 0x3a;
const EQUALS: u32 = 0x3d;
const BACKSLASH: u32 = 0x5c;
const DOT: u32 = 0x2e;
/** Zeros behind the text, so that nothing is read there that is left from another one. */
const MARGIN: usize = 128;
const FEWEST_NUMBER: u64 = 6;
const FEWEST_DOTS: u64 = 3;
const LAST: u64 = 1 << 63;

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
  clearRows(first, end);
  forgetSigns();
  forgetRuns();
  forgetStarts();
  if (first > 0) markBehindEscape(TEXT + first, stop, wanted);
  // One block more, which is empty: what stands in a long run is told a block later.
  for (let stripe = TEXT + first; stripe < stop + BLOCK; stripe += STRIPE) markStripe(stripe, min(stripe + STRIPE, stop + BLOCK), stop, wanted);
  if (wanted & NUMBERS) forgetNumbers(TEXT + first, stop, wanted);
}

/** Marks what may begin behind an escape that goes on at `at`: where it began nothing is looked at. */
function markBehindEscape(at: usize, stop: usize, wanted: i32): void {
  let first = at;
  while (first > TEXT && load<u8>(first - 1) == BACKSLASH) first--;
  if (first == at) return;
  const begins = lookAtSign(first, stop, wanted);
  if (begins != 0) place(first + begins);
}

/** What stands before is not known, and nothing is behind. */
function clearRows(first: i32, end: i32): void {
  for (let row: usize = JOINABLE; row <= DIGITS; row += WORDS - JOINABLE) {
    store<u64>(row + (first >> 3) - 8, 0);
    store<u64>(row + (((end + 63) >> 6) << 3), 0);
  }
  for (let row: usize = STARTS; row <= CAPITALS; row += THIRTEENS - STARTS) store<u64>(row + (first >> 3) - 8, 0);
}

/** Marks what is in some blocks: all of one kind, then all of another. */
function markStripe(stripe: usize, end: usize, stop: usize, wanted: i32): void {
  classify(stripe, end, wanted);
  markSigns(end, stop, wanted);
  for (let rest = numberBlocks; rest != 0; rest &= rest - 1) markNumbersIn(blockOf(stripe, rest), stop);
  for (let rest = longBlocks; rest != 0; rest &= rest - 1) markLongBefore(blockOf(stripe, rest), stop, wanted);
  for (let rest = capitalBlocks; rest != 0; rest &= rest - 1) markCapitalsIn(blockOf(stripe, rest));
  for (let rest = mixedBlocks; rest != 0; rest &= rest - 1) markMixedIn(blockOf(stripe, rest), stop);
  for (let rest = phraseBlocks; rest != 0; rest &= rest - 1) markPhrasesIn(blockOf(stripe, rest));
}

/** The first block of a stripe whose bit is set. */
// @ts-ignore: decorator
@inline
function blockOf(stripe: usize, blocks: u64): usize {
  return stripe + (usize(ctz(blocks)) << 6);
}

/** Looks at the signs of a stripe that ends at `end`. */
function markSigns(end: usize, stop: usize, wanted: i32): void {
  for (let sign = SIGNS; sign < signsEnd; sign += 4) {
    const at = usize(load<u32>(sign));
    const found: u32 = load<u8>(at);
    if (found == EQUALS || found == COLON) {
      lookAtColon(at, stop, wanted);
      continue;
    }
    const begins = lookAtSign(at, stop, wanted);
    if (begins == 0) continue;
    const word = at + begins;
    if (word - (at & ~63) >= 128) place(word);
    else {
      addStart(word, end);
      if (wanted & PHRASES) markPhrase(word);
    }
  }
}

/** Marks the numbers of a block. */
function markNumbersIn(block: usize, stop: usize): void {
  const a = v128.load(block);
  const b = v128.load(block, 16);
  const c = v128.load(block, 32);
  const d = v128.load(block, 48);
  const row = rowAt(block);
  const digit = load<u64>(DIGITS + row);
  const part = digit | bits(separators(a), separators(b), separators(c), separators(d));
  const stretches = inRowsOf6(part) | atBorders(part);
  const groups = digit & (~up(digit, load<u64>(DIGITS + row - 8), 1) | 1) & stretches;
  if (groups == 0) return;
  const dots = bits(equals(a, DOT), equals(b, DOT), equals(c, DOT), equals(d, DOT));
  markNumbers(block, stop, part, groups, dots);
}

/** Marks the forms that begin in the block before this one: only now it is known which of its runs are long. */
function markLongBefore(block: usize, stop: usize, wanted: i32): void {
  const row = rowAt(block);
  const long = inRowsOf13(load<u64>(THIRTEENS + row - 8), load<u64>(THIRTEENS + row));
  for (let rest = load<u64>(STARTS + row - 8) & long; rest != 0; rest &= rest - 1)
    markForm(block - BLOCK + usize(ctz(rest)), stop, wanted);
}

/** Marks nine capitals or digits in a row, and what five in a row may be. */
function markCapitalsIn(block: usize): void {
  const row = rowAt(block);
  const capital = load<u64>(CAPITALS + row);
  const before = load<u64>(CAPITALS + row - 8);
  const twoBefore = before & (before << 1);
  const fourBefore = twoBefore & (twoBefore << 2);
  const four = capital & up(capital, before, 1) & up(capital, before, 2) & up(capital, before, 3);
  const five = four & up(capital, before, 4);
  const nine = five & up(four, fourBefore, 5);
  placeAll(block, nine & ~(nine << 1));
  for (let rest = five & ~up(five, fourBefore & (before << 4), 1); rest != 0; rest &= rest - 1)
    markCapitals(block + usize(ctz(rest)) - 4);
}

/** Marks the words of a block that announce a seed phrase. */
function markPhrasesIn(block: usize): void {
  const announced = bits(announces(block), announces(block + 16), announces(block + 32), announces(block + 48));
  for (let rest = load<u64>(STARTS + rowAt(block)) & announced; rest != 0; rest &= rest - 1) markPhrase(block + usize(ctz(rest)));
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
function markNumbers(block: usize, stop: usize, part: u64, groups: u64, dots: u64): void {
  const digit = load<u64>(DIGITS + rowAt(block));
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
    const isNumber = count >= FEWEST_NUMBER || (isWhole && count >= FEWEST_DIGITS && popcnt(dots & stretch) >= FEWEST_DOTS);
    if (isNumber) placeAll(block, groups & stretch);
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
function markMixedIn(block: usize, stop: usize): void {
  const row = rowAt(block);
  const digit = load<u64>(DIGITS + row);
  const digitsBefore = load<u64>(DIGITS + row - 8);
  const word = load<u64>(WORDS + row);
  const wordsBefore = load<u64>(WORDS + row - 8);
  const letter = word & ~digit;
  const lettersBefore = wordsBefore & ~digitsBefore;
  const behindLetter = digit & up(digit, digitsBefore, 1) & up(letter, lettersBefore, 2);
  const behindTwo = behindLetter & up(letter, lettersBefore, 3);
  const behindFive = behindTwo & up(letter, lettersBefore, 4) & up(letter, lettersBefore, 5) & up(letter, lettersBefore, 6);
  if (behindFive != 0) placeAll(block, behindFive);
  // Nothing of a word may follow; what follows the last byte of the block is looked up.
  const ends = ~(word >> 1) | LAST;
  for (let rest = behindTwo & ends; rest != 0; rest &= rest - 1) {
    const at = block + usize(ctz(rest));
    if (!isWord(load<u8>(at + 1)) && mayBegin(at - 3) && mayBeForm(at - 3, stop)) place(at - 3);
  }
  const around = behindLetter & up(digit, digitsBefore, 3) & up(digit, digitsBefore, 4) & ~up(word, wordsBefore, 5);
  for (let rest = around & ends; rest != 0; rest &= rest - 1) {
    const at = block + usize(ctz(rest));
    if (!isWord(load<u8>(at + 1))) place(at);
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
