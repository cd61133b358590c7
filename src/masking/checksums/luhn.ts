/**
 * Whether the last of the digits in `text[from]` to `text[to - 1]` is the Luhn check digit of those before it. False where not
 * all are digits, and for fewer than two.
 *
 * @source ISO/IEC 7812-1 annex B
 */
export function isLuhnValid(text: Uint8Array, from: number, to: number): boolean {
  return to - from >= 2 && luhnSum(text, from, to) % 10 === 0;
}

/** By byte: what a digit counts for, as it is and doubled; so much for any other byte that no sum of digits comes near it. */
const NO_DIGIT = 0x1_0000;
const SINGLE = countsOf((digit) => digit);
const DOUBLED = countsOf((digit) => (digit < 5 ? digit * 2 : digit * 2 - 9));

function countsOf(count: (digit: number) => number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => (byte >= 0x30 && byte <= 0x39 ? count(byte - 0x30) : NO_DIGIT));
}

/**
 * The Luhn sum: every second digit from the right but one is doubled, and a doubled digit above 9 counts as its digits' sum.
 * NaN where not all are digits. For schemes that put a constant before the digits: its share is added to this sum.
 */
export function luhnSum(text: Uint8Array, from: number, to: number): number {
  let sum = 0;
  let i = to - 1;
  for (; i > from; i -= 2) sum += SINGLE[text[i]!]! + DOUBLED[text[i - 1]!]!;
  if (i === from) sum += SINGLE[text[i]!]!;
  return sum < NO_DIGIT ? sum : Number.NaN;
}
