import { CLASSES, DIGIT, HEX, HIGH, LOWER, PLAIN, UPPER, WORD } from './byte-classes.ts';

const DASH = 0x2d;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const OPEN = 0x28;
const CLOSE = 0x29;
/** A space before one of these may join two parts of a run. */
const JOINABLE = DIGIT | UPPER;
/** Digits in groups with hyphens, a T, digits with colons: the longest that is told at once. */
const TIMESTAMP = '####-##-##T##:##:##';
const SHORTEST_DIGEST = 32;
/** Longer ones are read as what they are. */
const LONGEST_DIGEST = 256;
const UUID_HYPHENS: ReadonlySet<number> = new Set([8, 13, 18, 23]);
const UUID_LENGTH = 36;
/** Hexadecimal digits of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512. */
const DIGESTS: ReadonlySet<number> = new Set([32, 40, 56, 64, 96, 128]);

/**
 * What most runs with digits are in practice, and no value of any kind: a UUID, a digest in hexadecimal, an instant
 * (RFC 9562 §4, RFC 3339). They are told by their bytes alone, before the run is read.
 *
 * @param start where the run begins
 * @returns where it ends; -1 where it is something else, or may go on
 */
export function inertEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let seen = 0;
  while (at < end && (CLASSES[bytes[at]!]! & HEX) !== 0) seen |= CLASSES[bytes[at++]!]!;
  const length = at - start;
  if (length === 8 && bytes[at] === DASH) return uuidEnd(bytes, start, end);
  if (length === 4 && bytes[at] === DASH) return timestampEnd(bytes, start, end);
  // Digits alone may be anything, and so may letters of both cases.
  const isMixed = (seen & DIGIT) !== 0 && ((seen & UPPER) === 0) !== ((seen & LOWER) === 0);
  return DIGESTS.has(length) && isMixed && endsRun(bytes, at, end) ? at : -1;
}

/**
 * Where the word ends that the digit at `at` is in, if it is hexadecimal and longer than any number that is a value: a digest,
 * whatever it is joined with. -1 where it is not. A token that has one begins before it, and is marked there.
 */
export function digestEnd(bytes: Uint8Array, at: number, end: number): number {
  let seen = 0;
  let to = at;
  const last = Math.min(end, at + LONGEST_DIGEST);
  while (to < last && (CLASSES[bytes[to]!]! & HEX) !== 0) seen |= CLASSES[bytes[to++]!]!;
  if (to >= last || (CLASSES[bytes[to]!]! & (WORD | HIGH)) !== 0) return -1;
  let from = at;
  const first = Math.max(0, at - LONGEST_DIGEST);
  while (from > first && (CLASSES[bytes[from - 1]!]! & HEX) !== 0) seen |= CLASSES[bytes[--from]!]!;
  const isWhole = from === 0 || (CLASSES[bytes[from - 1]!]! & (WORD | HIGH)) === 0;
  return isWhole && to - from >= SHORTEST_DIGEST && (seen & (UPPER | LOWER)) !== 0 ? to : -1;
}

function uuidEnd(bytes: Uint8Array, start: number, end: number): number {
  const stop = start + UUID_LENGTH;
  if (!endsRun(bytes, stop, end)) return -1;
  for (let i = 0; i < UUID_LENGTH; i++) {
    const byte = bytes[start + i]!;
    if (UUID_HYPHENS.has(i) ? byte !== DASH : (CLASSES[byte]! & HEX) === 0) return -1;
  }
  return stop;
}

function timestampEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start + TIMESTAMP.length;
  if (at >= end) return -1;
  for (let i = 0; i < TIMESTAMP.length; i++) {
    const byte = bytes[start + i]!;
    if (TIMESTAMP[i] === '#' ? (CLASSES[byte]! & DIGIT) === 0 : byte !== TIMESTAMP.charCodeAt(i)) return -1;
  }
  if (bytes[at] === 0x2e) for (at++; at < end && (CLASSES[bytes[at]!]! & DIGIT) !== 0;) at++;
  if (bytes[at] === 0x5a) at++;
  return endsRun(bytes, at, end) ? at : -1;
}

/** Whether a run is sure to end here: nothing stands here that might belong to it, however it is spelt. */
function endsRun(bytes: Uint8Array, at: number, end: number): boolean {
  if (at >= end) return false;
  const byte = bytes[at]!;
  if (byte === SPACE) return at + 1 < end && (CLASSES[bytes[at + 1]!]! & JOINABLE) === 0 && bytes[at + 1] !== OPEN;
  if (byte === BACKSLASH) return endsLine(bytes, at, end);
  return (CLASSES[byte]! & (PLAIN | HIGH)) === 0 && byte !== OPEN && byte !== CLOSE;
}

/** `\n` and `\"`, the usual ends of a line and of a string within one. */
function endsLine(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 1 < end && (bytes[at + 1] === 0x6e || bytes[at + 1] === 0x22);
}
