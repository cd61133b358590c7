/** Issuer ranges of payment cards: first and last leading digits, both with as many digits, and the lengths of their numbers. */
type IssuerRange = readonly [first: number, last: number, digits: number, lengths: readonly number[]];

/**
 * Ranges of the large schemes (ISO/IEC 7812-1; the schemes' own publications). A number outside of them is no card, however
 * its check digit comes out.
 */
const RANGES: readonly IssuerRange[] = [
  [4, 4, 1, [13, 16, 19]], // Visa
  [51, 55, 2, [16]], // Mastercard
  [2221, 2720, 4, [16]],
  [34, 34, 2, [15]], // American Express
  [37, 37, 2, [15]],
  [6011, 6011, 4, [16, 17, 18, 19]], // Discover
  [644, 649, 3, [16, 17, 18, 19]],
  [65, 65, 2, [16, 17, 18, 19]],
  [62, 62, 2, [16, 17, 18, 19]], // UnionPay
  [81, 81, 2, [16, 17, 18, 19]],
  [3528, 3589, 4, [16, 17, 18, 19]], // JCB
  [300, 305, 3, [14, 16, 17, 18, 19]], // Diners Club
  [3095, 3095, 4, [14, 16]],
  [36, 36, 2, [14, 15, 16, 17, 18, 19]],
  [38, 39, 2, [14, 16, 17, 18, 19]],
  [50, 50, 2, [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  [56, 58, 2, [12, 13, 14, 15, 16, 17, 18, 19]],
  [6304, 6304, 4, [12, 13, 14, 15, 16, 17, 18, 19]],
  [6759, 6763, 4, [12, 13, 14, 15, 16, 17, 18, 19]],
  [2200, 2204, 4, [16, 17, 18, 19]], // Mir
  [60, 60, 2, [16]], // RuPay
  [508, 508, 3, [16]],
  [9792, 9792, 4, [16]], // Troy
];

/** The shortest length; of each number of four digits: a bit for each length, from this on, of cards that begin with it. */
const SHORTEST = 12;
const LENGTHS = new Uint8Array(10_000);
for (const [first, last, digits, lengths] of RANGES) {
  const width = 10 ** (4 - digits);
  const bits = lengths.reduce((mask, length) => mask | (1 << (length - SHORTEST)), 0);
  for (let leading = first * width; leading < (last + 1) * width; leading++) LENGTHS[leading]! |= bits;
}

/** Whether a number that begins with these digits and is so long can be a card's. */
export function isIssued(text: Uint8Array, length: number): boolean {
  let leading = 0;
  for (let i = 0; i < 4; i++) leading = leading * 10 + text[i]! - 0x30;
  return length >= SHORTEST && ((LENGTHS[leading]! >> (length - SHORTEST)) & 1) === 1;
}
