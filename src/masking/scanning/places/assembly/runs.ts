import { bits, equals, hexes, up } from './blocks';
import { mayBeForm, mayBeFormBefore } from './forms';
import { joins } from './joins';
import { beginRun, keepRun } from './known-runs';
import {
  bitsFrom,
  classOf,
  DIGIT,
  DIGITS,
  forget,
  HIGH,
  isDigit,
  firstOf,
  JOINABLE,
  NAMED,
  PLACES,
  PLAIN,
  TEXT,
  UPPER,
  WORD,
  WORDS,
} from './memory';
import { proofAt, UNPROVEN, UNTOLD, WEAK } from './shapes';
import { nextPhoneWord, nextWord } from './words';

/** Longer ones are looked at whatever they are. */
const LONGEST: usize = 96;
/** A word of hexadecimal digits so long is a digest. */
const SHORTEST_DIGEST: usize = 32;
const LONGEST_DIGEST: usize = 256;
const UUID_LENGTH: usize = 36;
/** All bytes of it but the hyphens. */
const UUID_DIGITS: u64 = 0xf_ff7b_deff;
const TIMESTAMP_LENGTH: usize = 19;
/** So many dots an address of IPv4 has, so many hyphens one of a network interface. */
const DOTS_OF_ADDRESS: i32 = 3;
const DASHES_OF_ADDRESS: i32 = 5;
/** So many digits a telephone number has that only a word before it explains. */
const FEWEST_NATIONAL: i32 = 7;
/** Fewer joinable characters are no token that has a digit where it is marked: see `indexTokens` in `detection.ts`. */
export const SHORTEST_TOKEN: usize = 13;
/** Fewer digits of a number may be marked only in the block behind them. */
const FEWEST_DIGITS: usize = 4;
/** So far before a number a word for it begins. */
const REACH: usize = 120;

const SPACE: u32 = 0x20;
const OPEN: u32 = 0x28;
const CLOSE: u32 = 0x29;
const QUOTE: u32 = 0x22;
const PERCENT: u32 = 0x25;
const PLUS: u32 = 0x2b;
const DASH: u32 = 0x2d;
const DOT: u32 = 0x2e;
const COLON: u32 = 0x3a;
const SEMICOLON: u32 = 0x3b;
const BRACKET: u32 = 0x5b;
const BACKSLASH: u32 = 0x5c;
const LETTER_M: u32 = 0x6d;

/** Between these places no word for a number begins, nor one for a telephone number. */
let quietFrom: usize = 0;
let quietTo: usize = 0;
/** Where one begins. */
let loudAt: usize = 0;
let phonelessFrom: usize = 0;
let phonelessTo: usize = 0;
/** Where what is known of the text begins. */
let known: usize = 0;
/** Up to here the run goes on whose ends are not told, so that no digit of it need ask again. */
let untoldTo: usize = 0;
/** Where the last search ended that found no end. */
let reached: usize = 0;

/**
 * Takes the marks of numbers away that are nothing: parts of digests, identifiers and instants, and what has no shape that
 * proves a value, nor one that a word before it explains. What cannot be told from what is there keeps its marks.
 */
export function forgetNumbers(from: usize, stop: usize, wanted: i32): void {
  loudAt = 0;
  quietFrom = quietTo = phonelessFrom = phonelessTo = untoldTo = TEXT;
  known = from;
  let told = from;
  const last = PLACES + ((stop - TEXT + 63) >> 6 << 3);
  for (let word = PLACES + ((from - TEXT) >> 6 << 3); word < last; word += 8) {
    const block = TEXT + ((word - PLACES) << 3);
    for (let rest = load<u64>(word) & load<u64>(word - PLACES + DIGITS); rest != 0; rest &= rest - 1) {
      const at = block + usize(ctz(rest));
      if (at >= told) told = lookAtNumber(at, stop, wanted);
    }
  }
}

/** @returns up to where it is known what is a place */
function lookAtNumber(at: usize, stop: usize, wanted: i32): usize {
  if (at >= untoldTo) {
    const start = startOf(at);
    const end = endOf(at, start == 0 ? at : start, stop);
    if (start != 0 && end != 0 && count(start, end)) return lookAtRun(at, start, end, stop, wanted);
    untoldTo = reached;
  }
  const digest = digestEnd(at, stop);
  if (digest == 0) return reached;
  if (!mayBeForm(at, stop)) forget(at, digest);
  return digest;
}

/** Looks at the run that was read last, in which the digit at `at` is marked. */
function lookAtRun(at: usize, start: usize, end: usize, stop: usize, wanted: i32): usize {
  if (end - start >= SHORTEST_DIGEST) {
    const digest = digestEnd(at, stop);
    if (digest != 0) {
      if (!mayBeForm(at, stop)) forget(at, digest);
      return digest;
    }
  }
  if (isInert(start, end)) forget(start, end);
  else if (dashes < DASHES_OF_ADDRESS && hasBareDigits(start, end, stop)) lookAtBare(start, end, wanted);
  return end;
}

/** Where the run begins that the digit at `at` is in; 0 where that is not told by single bytes. */
function startOf(at: usize): usize {
  let start = at;
  while (at - start <= LONGEST) {
    const before = usize(clz(~bitsFrom(JOINABLE, start - 64)));
    start -= before;
    if (start <= known) return 0;
    if (before == 64) continue;
    const byte: u32 = load<u8>(start - 1);
    if (byte == BACKSLASH) return isLineEnd(load<u8>(start)) ? start + 1 : 0;
    if (byte >= 0x80) return 0;
    if (!joins(start - 1, byte)) return start;
    start--;
  }
  return 0;
}

/** Whether an m at `at` may end a colour of a terminal. */
// @ts-ignore: decorator
@inline
export function mayEndColour(at: usize): bool {
  const before: u32 = load<u8>(at - 1);
  return isDigit(before) || before == SEMICOLON || before == BRACKET;
}

/** The letter of an escape that is no character of a run: `\b \f \n \r \t`. */
// @ts-ignore: decorator
@inline
function isLineEnd(byte: u32): bool {
  return byte == 0x6e || byte == 0x74 || byte == 0x72 || byte == 0x62 || byte == 0x66;
}

/** Where the run ends that the digit at `at` is in; 0 where it is too long, may go on, or that is not told by single bytes. */
function endOf(at: usize, start: usize, stop: usize): usize {
  const end = runEnd(at, start, LONGEST + 1, stop);
  return end - start > LONGEST ? 0 : end;
}

/**
 * Where the run ends that begins at `start` and goes on to `at` at least, or `most` characters of it; 0 where it may go on, or
 * that is not told by single bytes.
 */
export function runEnd(at: usize, start: usize, most: usize, stop: usize): usize {
  let end = at;
  while (true) {
    const more = usize(ctz(~bitsFrom(JOINABLE, end)));
    end += more;
    reached = end;
    if (end + 1 >= stop) return 0;
    if (end - start >= most) return start + most;
    if (more == 64) continue;
    const byte: u32 = load<u8>(end);
    if (byte == BACKSLASH) return isLineEnd(load<u8>(end, 1)) || load<u8>(end, 1) == QUOTE ? end : 0;
    if (byte >= 0x80) return 0;
    if (!joins(end, byte)) return end;
    end++;
  }
}

/** What the last run has whose ends were told. */
let digits = 0;
let dots = 0;
let dashes = 0;
let hasPlus = false;

/** Counts what is in a run. @returns whether its ends are what they seem: no escape is in it, no end of a colour */
function count(start: usize, end: usize): bool {
  digits = dots = dashes = 0;
  hasPlus = false;
  for (let i = start; i < end; i += 16) {
    const bytes = v128.load(i);
    const there = u32(firstOf(min(16, end - i)));
    digits += popcnt(u32(bitsFrom(DIGITS, i)) & there);
    dots += popcnt(i8x16.bitmask(equals(bytes, DOT)) & there);
    dashes += popcnt(i8x16.bitmask(equals(bytes, DASH)) & there);
    const others = v128.or(equals(bytes, PERCENT), equals(bytes, LETTER_M));
    let other = i8x16.bitmask(v128.or(others, equals(bytes, PLUS))) & there;
    for (; other != 0; other &= other - 1) {
      const at = i + usize(ctz(other));
      const byte: u32 = load<u8>(at);
      if (byte == PLUS) hasPlus = true;
      else if (byte == PERCENT || mayEndColour(at)) return false;
    }
  }
  return true;
}

/** Where the word ends that the digit at `at` is in, if it is a digest: see `digestEnd` in `inert-run.ts`. */
function digestEnd(at: usize, stop: usize): usize {
  const ahead = usize(ctz(~bitsFrom(WORDS, at)));
  reached = at + ahead;
  // Nearly all words are too short.
  if (ahead + usize(clz(~bitsFrom(WORDS, at - 64))) < SHORTEST_DIGEST) return 0;
  let to = at;
  let more: usize;
  do to += more = usize(ctz(~hexFrom(to)));
  while (more == 64 && to - at < LONGEST_DIGEST);
  reached = to;
  if (to >= stop || to - at >= LONGEST_DIGEST || (classOf(to) & (WORD | HIGH)) != 0) return 0;
  let from = at;
  do from -= more = usize(clz(~hexFrom(from - 64)));
  while (more == 64 && at - from < LONGEST_DIGEST);
  if (from <= TEXT || at - from >= LONGEST_DIGEST || to - from < SHORTEST_DIGEST) return 0;
  return (classOf(from - 1) & (WORD | HIGH)) == 0 && hasLetters(from, to) ? to : 0;
}

/** Which of the 64 bytes from `at` on are hexadecimal digits. */
// @ts-ignore: decorator
@inline
function hexFrom(at: usize): u64 {
  return bits(hexes(v128.load(at)), hexes(v128.load(at, 16)), hexes(v128.load(at, 32)), hexes(v128.load(at, 48)));
}

/** Whether not all of these hexadecimal digits are decimal ones. */
function hasLetters(from: usize, to: usize): bool {
  for (let i = from; i < to; i += 64) if ((~bitsFrom(DIGITS, i) & firstOf(to - i)) != 0) return true;
  return false;
}

/** Whether the run is a UUID or an instant. */
// @ts-ignore: decorator
@inline
function isInert(start: usize, end: usize): bool {
  return end - start >= TIMESTAMP_LENGTH && (isUuid(start, end) || isTimestamp(start, end));
}

/** Looks at the run that was read last, in which nothing is marked but digits: it is forgotten, or known with its shapes. */
function lookAtBare(start: usize, end: usize, wanted: i32): void {
  const proof = noteShapes(start, end);
  if (isNothing(start, end, proof, wanted)) forget(start, end);
  else if (proof != UNTOLD) keepRun(start, end, digits);
}

/** Whether a run with no more proof than this is no value. */
function isNothing(start: usize, end: usize, proof: i32, wanted: i32): bool {
  if (proof > WEAK || hasPlus || dots >= DOTS_OF_ADDRESS) return false;
  if (proof == UNPROVEN && digits < FEWEST_NATIONAL) return true;
  if ((wanted & NAMED) != 0) return false;
  return proof == UNPROVEN ? isPhoneless(start, end) : isQuiet(start, end);
}

/** Whether all that is marked in the run are digits of numbers. */
function hasBareDigits(start: usize, end: usize, stop: usize): bool {
  const isLong = end - start >= SHORTEST_TOKEN;
  for (let i = start; i < end; i += 64) {
    const marked = bitsFrom(PLACES, i) & firstOf(end - i);
    if ((marked & ~bitsFrom(DIGITS, i)) != 0) return false;
    if (!isLong) return true;
    for (let rest = marked; rest != 0; rest &= rest - 1) if (mayBeToken(i + usize(ctz(rest)), start, end, stop)) return false;
  }
  return true;
}

/** Notes the shapes of a run. @returns the most that is proven by one */
function noteShapes(start: usize, end: usize): i32 {
  beginRun();
  let proof = UNPROVEN;
  let before: u64 = 0;
  for (let i = start; i < end; i += 64) {
    const word = bitsFrom(WORDS, i) & firstOf(end - i);
    for (let rest = word & ~up(word, before, 1); rest != 0; rest &= rest - 1)
      proof = max(proof, proofAt(i + usize(ctz(rest)), start, end));
    before = word;
  }
  return proof;
}

/** Whether a token of the run may be marked at a digit, or at the first of those that it is among. */
export function mayBeToken(at: usize, start: usize, end: usize, stop: usize): bool {
  if (mayBeFormBefore(at, end, stop)) return true;
  let first = at;
  while (first > start && at - first < FEWEST_DIGITS && isDigit(load<u8>(first - 1))) first--;
  return first < at && mayBeFormBefore(first, end, stop);
}

/** Whether no word for a number begins before one that is somewhere from `start` to `end`. */
function isQuiet(start: usize, end: usize): bool {
  let first = max(TEXT, start - REACH);
  // In a column of numbers every one has the same words before it as the last one, or none.
  if (loudAt >= first && loudAt < end) return false;
  if (first >= quietFrom && first <= quietTo) first = max(first, quietTo);
  else quietFrom = first;
  const word = first >= end ? end : TEXT + usize(nextWord(i32(first - TEXT), i32(end - TEXT)));
  const quiet = word >= end;
  quietTo = quiet ? end : quietFrom;
  if (!quiet) loudAt = word;
  return quiet;
}

/** The same for a telephone number. */
function isPhoneless(start: usize, end: usize): bool {
  let first = max(TEXT, start - REACH);
  if (first >= phonelessFrom && first <= phonelessTo) first = max(first, phonelessTo);
  else phonelessFrom = first;
  const phoneless = first >= end || TEXT + usize(nextPhoneWord(i32(first - TEXT), i32(end - TEXT))) >= end;
  phonelessTo = phoneless ? end : phonelessFrom;
  return phoneless;
}

/** RFC 9562 §4: hexadecimal digits, with hyphens at their places. */
function isUuid(start: usize, end: usize): bool {
  if (end - start != UUID_LENGTH || load<u8>(start, 8) != DASH || !endsInert(end)) return false;
  return load<u8>(start, 13) == DASH && load<u8>(start, 18) == DASH && load<u8>(start, 23) == DASH && (~hexFrom(start) & UUID_DIGITS) == 0;
}

/** RFC 3339: `####-##-##T##:##:##`, perhaps a fraction and a Z. */
function isTimestamp(start: usize, end: usize): bool {
  if (end - start < TIMESTAMP_LENGTH || load<u8>(start, 10) != 0x54 || !endsInert(end)) return false;
  for (let i: usize = 0; i < TIMESTAMP_LENGTH; i++) {
    const byte: u32 = load<u8>(start + i);
    if (i == 10) continue;
    if (i == 4 || i == 7 ? byte != DASH : i == 13 || i == 16 ? byte != COLON : !isDigit(byte)) return false;
  }
  let at = start + TIMESTAMP_LENGTH;
  if (load<u8>(at) == DOT) {
    at++;
    while (at < end && isDigit(load<u8>(at))) at++;
  }
  if (at < end && load<u8>(at) == 0x5a) at++;
  return at == end;
}

/** Whether nothing stands at `at` that might belong to a run, however it is spelt: see `endsRun` in `inert-run.ts`. */
function endsInert(at: usize): bool {
  const byte: u32 = load<u8>(at);
  if (byte == SPACE) return (classOf(at + 1) & (DIGIT | UPPER)) == 0 && load<u8>(at + 1) != OPEN;
  if (byte == BACKSLASH) return load<u8>(at + 1) == 0x6e || load<u8>(at + 1) == 0x22;
  return (classOf(at) & (PLAIN | HIGH)) == 0 && byte != OPEN && byte != CLOSE;
}
