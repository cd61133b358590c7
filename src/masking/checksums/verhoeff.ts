import { digitAt } from './character.ts';

/** The product of the dihedral group of order ten, row by row. */
const PRODUCT = Uint8Array.from(
  '0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210',
  Number,
);
/** How a digit is permuted by its place from the right: eight rows, then from the first again. */
const PERMUTATION = Uint8Array.from('01234567891576283094580379614289160435279453126870428657390127938064157046913258', Number);

/**
 * Whether the last of the digits in `text[from]` to `text[to - 1]` is the Verhoeff check digit of those before it. False where
 * not all are digits, and for fewer than two.
 *
 * @source J. Verhoeff, Error Detecting Decimal Codes (Mathematical Centre Tract 29, 1969)
 */
export function isVerhoeffValid(text: Uint8Array, from: number, to: number): boolean {
  return to - from >= 2 && isVerhoeffDigit(text, from, to - 1, to - 1);
}

/** Whether the digit at `checkAt` is the Verhoeff check digit of those in `text[from]` to `text[to - 1]`. */
export function isVerhoeffDigit(text: Uint8Array, from: number, to: number, checkAt: number): boolean {
  let state = digitAt(text, checkAt);
  if (state < 0) return false;
  for (let i = to - 1; i >= from; i--) {
    const digit = digitAt(text, i);
    if (digit < 0) return false;
    const row = (to - i) % 8;
    state = PRODUCT[state * 10 + PERMUTATION[row * 10 + digit]!]!;
  }
  return state === 0;
}
