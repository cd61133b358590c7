import { digitAt } from './character.ts';

/**
 * Whether the last of the digits in `text[from]` to `text[to - 1]` is the Luhn check digit of those before it. False where not
 * all are digits, and for fewer than two.
 *
 * @source ISO/IEC 7812-1 annex B
 */
export function isLuhnValid(text: Uint8Array, from: number, to: number): boolean {
  return to - from >= 2 && luhnSum(text, from, to) % 10 === 0;
}

/**
 * The Luhn sum: every second digit from the right but one is doubled, and a doubled digit above 9 counts as its digits' sum.
 * NaN where not all are digits. For schemes that put a constant before the digits: its share is added to this sum.
 */
export function luhnSum(text: Uint8Array, from: number, to: number): number {
  let sum = 0;
  let isDoubled = false;
  for (let i = to - 1; i >= from; i--) {
    const digit = digitAt(text, i);
    if (digit < 0) return Number.NaN;
    if (!isDoubled) sum += digit;
    else sum += digit < 5 ? digit * 2 : digit * 2 - 9;
    isDoubled = !isDoubled;
  }
  return sum;
}
