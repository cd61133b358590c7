import { digitAt } from './character.ts';

/**
 * Whether the last of the digits in `text[from]` to `text[to - 1]` is the check digit of those before it. False where not all
 * are digits, and for fewer than two.
 *
 * @source ISO/IEC 7064 §8 (hybrid system MOD 11,10)
 */
export function isMod11And10Valid(text: Uint8Array, from: number, to: number): boolean {
  let product = 10;
  for (let i = from; i < to - 1; i++) {
    const digit = digitAt(text, i);
    if (digit < 0) return false;
    const sum = (product + digit) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return to - from >= 2 && (product + digitAt(text, to - 1)) % 10 === 1 && digitAt(text, to - 1) >= 0;
}
