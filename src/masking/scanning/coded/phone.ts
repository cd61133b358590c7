import { fromBytes } from '../../media/bytes/text-bytes.ts';
import { CLASSES, DIGIT, isDigit, isWord } from '../characters/byte-classes.ts';
import { byteSet } from '../characters/byte-set.ts';
import type { Run } from '../characters/run.ts';
import { isInternationalNumber } from './calling-codes.ts';
import type { Report } from './report.ts';

const PLUS = 0x2b;
const OPEN = 0x28;
const CLOSE = 0x29;
const SEPARATORS = byteSet('- ./()');
const MOST_DIGITS = 15;
export const FEWEST_NATIONAL = 7;

/**
 * Telephone numbers with a plus sign and a calling code (ITU-T E.164), which show by themselves what they are.
 */
export function findPhones({ text, length, goesOn }: Run, limit: number, report: Report): void {
  for (let i = 0; i + 1 < length && i < limit; i++) {
    if (text[i] !== PLUS || (i === 0 ? goesOn : isWord(text[i - 1]!))) continue;
    const to = numberEnd(text, i + 1, length);
    if (to < 0 || !isInternationalNumber(text, i + 1, to)) continue;
    report(i, to);
    i = to - 1;
  }
}

/** National numbers, and those with 00 for the plus sign: digits and separators, which only a word before them explains. */
export function findNationalPhones({ text, length, goesOn }: Run, limit: number, report: Report): void {
  for (let i = 0; i + 1 < length && i < limit; i++) {
    if (!isDigit(text[i]!) && text[i] !== OPEN) continue;
    if (i === 0 ? goesOn : isWord(text[i - 1]!) || text[i - 1] === PLUS) continue;
    const to = numberEnd(text, i, length);
    if (to < 0) {
      while (i + 1 < length && (isDigit(text[i + 1]!) || SEPARATORS[text[i + 1]!] === 1)) i++;
      continue;
    }
    if (digitsIn(text, i, to) >= FEWEST_NATIONAL && !isYears(text, i, to)) report(i, to);
    i = to - 1;
  }
}

/** `2017-2020` and `1999/2000`. */
function isYears(text: Uint8Array, from: number, to: number): boolean {
  return to - from === 9 && /^(?:19|20)\d\d[-/](?:19|20)\d\d$/.test(fromBytes(text.subarray(from, to)));
}

/** Behind the last digit of the digits and single separators from `at` on; -1 where they go on into something else. */
function numberEnd(text: Uint8Array, at: number, length: number): number {
  let digits = 0;
  let to = at;
  let open = 0;
  for (let i = at; i < length; i++) {
    const byte = text[i]!;
    if (isDigit(byte)) {
      if (++digits > MOST_DIGITS) return -1;
      to = i + 1;
      continue;
    }
    if (SEPARATORS[byte] === 0) break;
    if (byte === OPEN) open++;
    else if (byte === CLOSE && --open < 0) break;
    if (i > at + 1 && SEPARATORS[text[i - 1]!] === 1 && SEPARATORS[text[i - 2]!] === 1) break;
  }
  return digits === 0 || (to < length && isWord(text[to]!)) ? -1 : to;
}

function digitsIn(text: Uint8Array, from: number, to: number): number {
  let digits = 0;
  for (let i = from; i < to; i++) digits += CLASSES[text[i]!]! & DIGIT;
  return digits;
}
