import { toBytes } from '../../media/bytes/text-bytes.ts';
import { setOf } from '../characters/byte-set.ts';
import { CLASSES, DIGIT, HIGH, LETTER, LOWER } from '../characters/byte-classes.ts';

const SPACE = 0x20;
const CLOSE = 0x29;
const DASH = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const LETTER_V = 0x76;
/** What calls four numbers something else than an address. */
const NAMES = 'version release ver rev build section clause chapter appendix oid'.split(' ').map(toBytes);
/** § in UTF-8. */
const SECTION_SIGN = toBytes('§');
const BETWEEN = setOf('"\':=. ');
const MOST_BETWEEN = 12;
/** Arcs of object identifiers: of certificates, of ISO organisations. */
const ARCS = ['2.5.4.', '2.5.29.', '1.3.6.1'].map(toBytes);

/** Whether four numbers that begin at `at` are a version, a section, an object identifier: what is called so, or looks it. */
export function isCalledVersion(bytes: Uint8Array, at: number): boolean {
  const before = bytes[at - 1] ?? SPACE;
  if (before === DASH) return isOf(bytes[at - 2], LETTER);
  if (before === SLASH) return isOf(bytes[at - 2], LETTER | DIGIT) || bytes[at - 2] === CLOSE;
  const isV = lower(before) === LETTER_V;
  if (isV && !isOf(bytes[at - 2], LETTER | DIGIT | HIGH)) return true;
  if (isNamed(bytes, at) || (isV && isNamed(bytes, at - 1))) return true;
  const sign = bytes[at - 1] === SPACE ? at - 1 : at;
  return endsWith(bytes, sign, SECTION_SIGN) || isArc(bytes, at);
}

function isArc(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 1] !== DOT) return false;
  for (const arc of ARCS) if (beginsWith(bytes, at, arc)) return true;
  return false;
}

/** Whether one of the names ends before `at`, with nothing but signs between. */
function isNamed(bytes: Uint8Array, at: number): boolean {
  let end = at;
  while (at - end < MOST_BETWEEN && BETWEEN[bytes[end - 1] ?? 0] === 1) end--;
  return isOf(bytes[end - 1], LETTER) && NAMES.some((name) => endsWith(bytes, end, name));
}

function isOf(byte: number | undefined, classes: number): boolean {
  return byte !== undefined && (CLASSES[byte]! & classes) !== 0;
}

function lower(byte: number | undefined): number {
  return byte === undefined ? 0 : (CLASSES[byte]! & (LETTER & ~LOWER)) === 0 ? byte : byte | SPACE;
}

function endsWith(bytes: Uint8Array, end: number, word: Uint8Array): boolean {
  for (let i = 1; i <= word.length; i++) if (lower(bytes[end - i]) !== word[word.length - i]) return false;
  return true;
}

function beginsWith(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
