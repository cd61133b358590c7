import { ADDRESSES, FORMS, isWord, KEYS, mayBegin, NUMBERS, PHRASES, place, placeAll, placeKey, PLACES, TEXT } from './memory';
import { bits, BLOCK, capitals, digits, letters, separators, up } from './blocks';
import { mayBeHyphened, mayBeNumber } from './numbers';
import { lookAtColon, lookAtSign } from './signs';
export { nextWord } from './words';

const QUOTE: u32 = 0x22;
const COLON: u32 = 0x3a;
const EQUALS: u32 = 0x3d;
const BACKSLASH: u32 = 0x5c;
const LETTER_N: u32 = 0x6e;
/** Zeros behind the text, so that nothing is read there that is left from another one. */
const MARGIN: usize = 128;
/** Four digits with dots are an address; fewer digits in a block are part of no number. */
const FEWEST_DIGITS: u64 = 4;
const FEWEST_NUMBER: u64 = 6;
/** So long a run of joinable characters is at least that a token stands in. */
const SHORTEST_RUN: u64 = 13;

/** Rows of the upper half of a byte in which these lower halves are letters, digits or glue; and those rows. */
// @ts-ignore: decorator
@inline
function isPlain(bytes: v128): v128 {
  const low = i8x16.swizzle(
    i8x16(46, 63, 62, 63, 63, 63, 63, 62, 62, 62, 63, 21, 20, 23, 53, 31),
    v128.and(bytes, i8x16.splat(0x0f)),
  );
  const high = i8x16.swizzle(i8x16(0, 0, 1, 2, 4, 8, 16, 32, 0, 0, 0, 0, 0, 0, 0, 0), i8x16.shr_u(bytes, 4));
  return i8x16.ne(v128.and(low, high), i8x16.splat(0));
}

/** One of `@ : = \ % ~`, the escape character, or 0xc2, 0xe2, 0xef. */
// @ts-ignore: decorator
@inline
function isSign(bytes: v128): v128 {
  const low = i8x16.swizzle(
    i8x16(1, 0, 96, 0, 0, 4, 0, 0, 0, 0, -128, 16, 2, -128, 8, 64),
    v128.and(bytes, i8x16.splat(0x0f)),
  );
  const high = i8x16.swizzle(i8x16(0, 16, 4, -128, 1, 2, 0, 8, 0, 0, 0, 0, 32, 0, 64, 0), i8x16.shr_u(bytes, 4));
  return i8x16.ne(v128.and(low, high), i8x16.splat(0));
}

/** The `hr` of phrase, the `eed` of seed, the `mn` of mnemonic. */
// @ts-ignore: decorator
@inline
function announces(at: usize, bytes: v128): v128 {
  const next = v128.load(at, 1);
  const third = v128.load(at, 2);
  const hr = v128.and(i8x16.eq(bytes, i8x16.splat(0x68)), i8x16.eq(next, i8x16.splat(0x72)));
  const mn = v128.and(i8x16.eq(bytes, i8x16.splat(0x6d)), i8x16.eq(next, i8x16.splat(0x6e)));
  const e = i8x16.splat(0x65);
  const eed = v128.and(v128.and(i8x16.eq(bytes, e), i8x16.eq(next, e)), i8x16.eq(third, i8x16.splat(0x64)));
  return v128.or(v128.or(hr, mn), eed);
}

/**
 * Marks every place of `text[from]` to `text[end - 1]` where a value may be, and others: but wherever a value stands at least
 * one byte of it is marked, or the sign behind the name of the field.
 *
 * @param wanted what is looked for
 */
export function mark(from: i32, end: i32, wanted: i32): void {
  const first = from & ~(BLOCK - 1);
  const stop = TEXT + end;
  const cleared = (((end - first) >> 6) + 2) << 3;
  memory.fill(PLACES + (first >> 3), 0, cleared);
  memory.fill(KEYS + (first >> 3), 0, cleared);
  memory.fill(stop, 0, MARGIN);
  let digitsBefore: u64 = 0;
  let lettersBefore: u64 = 0;
  let wordsBefore: u64 = 0;
  let startsBefore: u64 = 0;
  let startsCarried: u64 = 0;
  let run1: u64 = 0;
  let run2: u64 = 0;
  let run4: u64 = 0;
  let run8: u64 = 0;
  let run13: u64 = 0;
  let capitals1: u64 = 0;
  let capitals2: u64 = 0;
  let capitals4: u64 = 0;
  let capitals9: u64 = 0;
  for (let block = TEXT + first; block < stop; block += BLOCK) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);
    const digit = bits(digits(a), digits(b), digits(c), digits(d));
    const letter = bits(letters(a), letters(b), letters(c), letters(d));
    const word = digit | letter;
    let starts = (word & ~up(word, wordsBefore, 1)) | startsCarried;
    startsCarried = 0;

    for (let rest = bits(isSign(a), isSign(b), isSign(c), isSign(d)); rest != 0; rest &= rest - 1) {
      const i = i32(ctz(rest));
      const sign: u32 = load<u8>(block + i);
      let begins: i32 = 0;
      if (sign == BACKSLASH) {
        // Most escapes are quotes and ends of lines.
        const escaped: u32 = load<u8>(block + i, 1);
        if (escaped == QUOTE) continue;
        begins = escaped == LETTER_N && load<u8>(block + i - 1) != BACKSLASH ? 2 : lookAtSign(block + i, stop, wanted);
      } else if (sign == EQUALS || sign == COLON) {
        lookAtColon(block + i, stop, wanted);
        continue;
      } else begins = lookAtSign(block + i, stop, wanted);
      if (begins == 0) continue;
      const at = i + begins;
      if (at < 64) starts |= u64(1) << at;
      else if (at < 128) startsCarried |= u64(1) << (at - 64);
      else place(block + at);
    }

    if (wanted & NUMBERS && popcnt(digit) + popcnt(digitsBefore >> 32) >= FEWEST_DIGITS) {
      const part = digit | bits(separators(a), separators(b), separators(c), separators(d));
      const groups = digit & (~up(digit, digitsBefore, 1) | 1);
      for (let rest = groups; rest != 0; ) {
        const i = ctz(rest);
        // The digits and separators around this digit.
        const to = ctz(~(part >> i)) + i;
        const from = i + 1 - clz(~(part << (63 - i)));
        if (to >= 64 || i64(from) <= 0) {
          // They go on beyond the block.
          const at = block + usize(i);
          if (mayBeNumber(at, stop)) place(at);
          rest &= rest - 1;
          continue;
        }
        const stretch = ((u64(1) << to) - 1) & (~u64(0) << from);
        const count = popcnt(digit & stretch);
        // Fewer digits may still be an address of IPv4.
        if (count >= FEWEST_NUMBER || (count >= FEWEST_DIGITS && mayBeNumber(block + usize(i), stop))) placeAll(block, groups & stretch);
        rest &= ~stretch;
      }
    }

    if (wanted & FORMS) {
      const plain = bits(isPlain(a), isPlain(b), isPlain(c), isPlain(d));
      const plain2 = plain & up(plain, run1, 1);
      const plain4 = plain2 & up(plain2, run2, 2);
      const plain8 = plain4 & up(plain4, run4, 4);
      const plain13 = plain8 & up(plain8, run8, 5);
      if (plain13 != 0) {
        const reached = plain13 & ~up(plain13, run13, 1);
        let long = plain13 | reached;
        let back = reached | (reached >> 1);
        back |= back >> 2;
        back |= back >> 4;
        back |= back >> 5;
        long |= back;
        for (let rest = starts & long; rest != 0; rest &= rest - 1) markForm(block + usize(ctz(rest)), wanted);
        const early = reached & 0xfff;
        if (early != 0) {
          const part = startsBefore & (~u64(0) << (64 - SHORTEST_RUN + 1 + ctz(early)));
          for (let rest = part; rest != 0; rest &= rest - 1) markForm(block - BLOCK + usize(ctz(rest)), wanted);
        }
      }
      run1 = plain;
      run2 = plain2;
      run4 = plain4;
      run8 = plain8;
      run13 = plain13;

      const capital = digit | bits(capitals(a), capitals(b), capitals(c), capitals(d));
      const two = capital & up(capital, capitals1, 1);
      const four = two & up(two, capitals2, 2);
      let nine: u64 = 0;
      if (four != 0) {
        nine = four & up(four, capitals4, 4) & up(capital, capitals1, 8);
        const nines = nine & ~up(nine, capitals9, 1);
        if (nines != 0) placeAll(block, nines);
        const fives = four & up(capital, capitals1, 4);
        for (let rest = fives & ~(fives << 1); rest != 0; rest &= rest - 1) markCapitals(block + usize(ctz(rest)) - 4);
      }
      capitals1 = capital;
      capitals2 = two;
      capitals4 = four;
      capitals9 = nine;

      const pairs = digit & up(digit, digitsBefore, 1);
      if (pairs != 0) markMixed(block, pairs, letter, lettersBefore, digit, digitsBefore);
    }

    if (wanted & PHRASES) {
      const found = bits(announces(block, a), announces(block + 16, b), announces(block + 32, c), announces(block + 48, d));
      for (let rest = found; rest != 0; rest &= rest - 1) markPhrase(block + usize(ctz(rest)));
    }

    digitsBefore = digit;
    lettersBefore = letter;
    wordsBefore = word;
    startsBefore = starts;
  }
}

/** A word begins at `at`, in a run that is long enough for a token. */
// @ts-ignore: decorator
@inline
function markForm(at: usize, wanted: i32): void {
  if (mayBegin(at)) placeKey(at);
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
function markMixed(block: usize, pairs: u64, letter: u64, lettersBefore: u64, digit: u64, digitsBefore: u64): void {
  const behindLetter = pairs & up(letter, lettersBefore, 2);
  if (behindLetter == 0) return;
  const behindTwo = behindLetter & up(letter, lettersBefore, 3);
  const behindFive = behindTwo & up(letter, lettersBefore, 4) & up(letter, lettersBefore, 5) & up(letter, lettersBefore, 6);
  if (behindFive != 0) placeAll(block, behindFive);
  for (let rest = behindTwo; rest != 0; rest &= rest - 1) {
    const at = block + usize(ctz(rest));
    if (!isWord(load<u8>(at + 1)) && mayBegin(at - 3)) placeKey(at - 3);
  }
  const around = behindLetter & up(digit, digitsBefore, 3) & up(digit, digitsBefore, 4);
  for (let rest = around; rest != 0; rest &= rest - 1) {
    const at = block + usize(ctz(rest));
    if (!isWord(load<u8>(at + 1)) && !isWord(load<u8>(at - 5))) place(at);
  }
}

/** At the h of phrase, the first e of seed, the m of mnemonic. */
function markPhrase(at: usize): void {
  const four = load<u32>(at - 1);
  // phra, seed, nemo
  if (four == 0x6172_6870 || four == 0x6465_6573 || load<u32>(at + 1) == 0x6f6d_656e) place(at);
}
