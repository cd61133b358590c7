import { toBytes } from '../../media/bytes/text-bytes.ts';
import { CLASSES, DIGIT } from '../characters/byte-classes.ts';
import { setOf } from '../characters/byte-set.ts';

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN = 0x5b;
const ENDS_ELEMENT = setOf('"]}');
const BLANKS = setOf(' \t\n\r');
const ESCAPED_BLANKS = setOf('nrt');
const BACKSLASH = 0x5c;
const ENDS_NUMBER = setOf(',]} \t\n\r\\');
/** So far back an array is looked at; beyond it everything was numbers. */
const REACH = 160;
const MINUS = 0x2d;
const SIGNS = setOf('+-.eE');
const LITERALS = ['null', 'true', 'false'].map(toBytes);

/** Whether digits that begin at `at` are the value of a member: `"name": 123`. */
export function isNumberOfMember(bytes: Uint8Array, at: number): boolean {
  const colon = skipBlanks(bytes, at - 1);
  return colon > 0 && bytes[colon] === COLON && bytes[skipBlanks(bytes, colon - 1)] === QUOTE;
}

/**
 * Whether digits stand where a number of JSON would stand, in an object or an array: whatever replaces them must be a number
 * again. It is told by what stands around them, so that digits in a text that looks like JSON count as well.
 */
export function standsAsNumber(bytes: Uint8Array, start: number, end: number): boolean {
  if (end < bytes.length && ENDS_NUMBER[bytes[end]!] === 0) return false;
  const first = bytes[start - 1] === MINUS ? start - 1 : start;
  if (!isNumberOfMember(bytes, first) && !isElement(bytes, first)) return false;
  for (let i = start; i < end; i++) if ((CLASSES[bytes[i]!]! & DIGIT) === 0) return false;
  return true;
}

/** Whether what begins at `at` is an element of an array: behind `[`, or behind a comma that another element is before. */
function isElement(bytes: Uint8Array, at: number): boolean {
  let i = skipBlanks(bytes, at - 1);
  for (;;) {
    if (i < 0 || at - i > REACH) return at > 0 && bytes[skipBlanks(bytes, at - 1)] === COMMA;
    if (bytes[i] === OPEN) return true;
    if (bytes[i] !== COMMA) return false;
    i = skipBlanks(bytes, i - 1);
    if (i < 0 || ENDS_ELEMENT[bytes[i]!] === 1 || endsLiteral(bytes, i)) return true;
    const from = i;
    while (i >= 0 && ((CLASSES[bytes[i]!]! & DIGIT) !== 0 || SIGNS[bytes[i]!] === 1)) i--;
    if (i === from) return false;
    i = skipBlanks(bytes, i);
  }
}

/** Back over white space, escaped or not. */
function skipBlanks(bytes: Uint8Array, at: number): number {
  let i = at;
  for (;;) {
    if (i >= 0 && BLANKS[bytes[i]!] === 1) i--;
    else if (i > 0 && ESCAPED_BLANKS[bytes[i]!] === 1 && bytes[i - 1] === BACKSLASH) {
      i--;
      while (i >= 0 && bytes[i] === BACKSLASH) i--;
    } else return i;
  }
}

function endsLiteral(bytes: Uint8Array, at: number): boolean {
  return LITERALS.some((literal) => literal.every((byte, i) => bytes[at - literal.length + 1 + i] === byte));
}
