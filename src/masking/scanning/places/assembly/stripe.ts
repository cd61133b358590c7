import {
  announces,
  backslashes,
  bits,
  BLOCK,
  joinables,
  kinds,
  ns,
  quotes,
  signs,
  smalls,
  up,
  words,
} from './blocks';
import { CAPITALS, DIGITS, FORMS, JOINABLE, NUMBERS, PHRASES, rowAt, SIGNS, STARTS, TEXT, THIRTEENS, WORDS } from './memory';

/** So many blocks are classified before any of them is looked at: a bit each in a word. */
export const STRIPE: usize = 64 * usize(BLOCK);

const BACKSLASH: u32 = 0x5c;
/** Four digits with dots are an address; fewer digits in a block are part of no number. */
export const FEWEST_DIGITS: u64 = 4;
/** So many signs of a block are noted without asking whether there are so many: most have one or none. */
const NOTED: usize = 2;

/** Of the stripe that was classified last: the blocks that may have numbers in them. */
export let numberBlocks: u64 = 0;
/** Those that end a row of 13 joinable characters, or have one going on from the block before. */
export let longBlocks: u64 = 0;
/** Those with five capitals or digits in a row. */
export let capitalBlocks: u64 = 0;
/** Those with two digits behind a letter. */
export let mixedBlocks: u64 = 0;
/** Those in which a word may announce a seed phrase. */
export let phraseBlocks: u64 = 0;
/** Where the list of signs ends, each as where in the memory it stands. */
export let signsEnd: usize = SIGNS;
/** Where words begin in the block behind the stripe, or may: behind what the stripe ends with. */
let startsCarried: u64 = 0;

/** A new text begins. */
export function forgetStarts(): void {
  startsCarried = 0;
}

/** A word may begin at `at` that has a letter or a digit before it: in the stripe that ends at `end`, or in the block behind it. */
export function addStart(at: usize, end: usize): void {
  const bit = u64(1) << u64((at - TEXT) & 63);
  if (at < end) {
    const row = STARTS + rowAt(at);
    store<u64>(row, load<u64>(row) | bit);
  } else startsCarried |= bit;
}

/**
 * Tells of each block from `stripe` to `end` what its bytes are and what may be in it. Nothing here depends on what is found:
 * a branch that is taken in one block and not in the next costs more than the block does.
 */
export function classify(stripe: usize, end: usize, wanted: i32): void {
  const isForms = u64((wanted & FORMS) != 0);
  const isNumbers = u64((wanted & NUMBERS) != 0);
  const isPhrases = u64((wanted & PHRASES) != 0);
  const before = rowAt(stripe) - 8;
  let digitsBefore = load<u64>(DIGITS + before);
  let wordsBefore = load<u64>(WORDS + before);
  let joinableBefore = load<u64>(JOINABLE + before);
  // The last bits of these are right, which are those that count.
  let twoBefore = joinableBefore & (joinableBefore << 1);
  let fourBefore = twoBefore & (twoBefore << 2);
  let eightBefore = fourBefore & (fourBefore << 4);
  let thirteenBefore = load<u64>(THIRTEENS + before);
  let capitalsBefore = load<u64>(CAPITALS + before);
  let twoCapitalsBefore = capitalsBefore & (capitalsBefore << 1);
  let backslashesBefore = u64(u32(load<u8>(stripe - 1)) == BACKSLASH) << 63;
  let carried = startsCarried;
  let sign = SIGNS;
  numberBlocks = longBlocks = capitalBlocks = mixedBlocks = phraseBlocks = 0;
  for (let block = stripe, k: u64 = 0; block < end; block += BLOCK, k++) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);
    const row = rowAt(block);
    const kindA = kinds(a);
    const kindB = kinds(b);
    const kindC = kinds(c);
    const kindD = kinds(d);
    const digit = bits(kindA, kindB, kindC, kindD);
    const word = bits(words(kindA), words(kindB), words(kindC), words(kindD));
    const joinable = bits(joinables(kindA), joinables(kindB), joinables(kindC), joinables(kindD));
    store<u64>(JOINABLE + row, joinable);
    store<u64>(WORDS + row, word);
    store<u64>(DIGITS + row, digit);

    // Most escapes are quotes and ends of lines.
    const backslash = bits(backslashes(a), backslashes(b), backslashes(c), backslashes(d));
    const escaped = up(backslash, backslashesBefore, 1);
    const n = bits(ns(v128.load(block, 1)), ns(v128.load(block, 17)), ns(v128.load(block, 33)), ns(v128.load(block, 49)));
    const quote = bits(
      quotes(v128.load(block, 1)),
      quotes(v128.load(block, 17)),
      quotes(v128.load(block, 33)),
      quotes(v128.load(block, 49)),
    );
    const lines = backslash & ~escaped & n;
    const starts = (word & ~up(word, wordsBefore, 1)) | (lines << 2) | carried;
    store<u64>(STARTS + row, starts);
    carried = lines >> 62;
    backslashesBefore = backslash;
    sign = noteSigns(sign, block, bits(signs(a), signs(b), signs(c), signs(d)) & ~(backslash & (escaped | quote | lines)));

    numberBlocks |= u64(popcnt(digit) + popcnt(digitsBefore >> 32) >= FEWEST_DIGITS) << k;

    const two = joinable & up(joinable, joinableBefore, 1);
    const four = two & up(two, twoBefore, 2);
    const eight = four & up(four, fourBefore, 4);
    const thirteen = eight & up(eight, eightBefore, 5);
    store<u64>(THIRTEENS + row, thirteen);
    longBlocks |= u64((thirteen | thirteenBefore) != 0) << k;
    joinableBefore = joinable;
    twoBefore = two;
    fourBefore = four;
    eightBefore = eight;
    thirteenBefore = thirteen;

    const capital = digit | (word & ~bits(smalls(a), smalls(b), smalls(c), smalls(d)));
    store<u64>(CAPITALS + row, capital);
    const twoCapitals = capital & up(capital, capitalsBefore, 1);
    const five = twoCapitals & up(twoCapitals, twoCapitalsBefore, 2) & up(capital, capitalsBefore, 4);
    capitalBlocks |= u64(five != 0) << k;
    capitalsBefore = capital;
    twoCapitalsBefore = twoCapitals;

    const pairs = digit & up(digit, digitsBefore, 1);
    mixedBlocks |= u64((pairs & up(word & ~digit, wordsBefore & ~digitsBefore, 2)) != 0) << k;

    const announced = bits(announces(block), announces(block + 16), announces(block + 32), announces(block + 48));
    phraseBlocks |= u64((starts & announced) != 0) << k;

    digitsBefore = digit;
    wordsBefore = word;
  }
  startsCarried = carried;
  signsEnd = sign;
  numberBlocks &= 0 - isNumbers;
  longBlocks &= 0 - isForms;
  capitalBlocks &= 0 - isForms;
  mixedBlocks &= 0 - isForms;
  phraseBlocks &= 0 - isPhrases;
}

/** Adds the signs of a block to their list. @returns where the list ends */
// @ts-ignore: decorator
@inline
function noteSigns(list: usize, block: usize, sign: u64): usize {
  const count = usize(popcnt(sign));
  let rest = sign;
  // What is noted of no sign is overwritten by the next one.
  for (let i: usize = 0; i < NOTED; i++) {
    store<u32>(list + (i << 2), u32(block + usize(ctz(rest))));
    rest &= rest - 1;
  }
  for (let i = NOTED; i < count; i++) {
    store<u32>(list + (i << 2), u32(block + usize(ctz(rest))));
    rest &= rest - 1;
  }
  return list + (count << 2);
}
