/**
 * The arithmetic of check digits, written here once more: a corpus made with the program's own checks could not tell that one
 * of them is wrong. The tests hold it against `stdnum` and `ibantools`.
 */

/** The digit that completes a number to one that Luhn accepts (ISO/IEC 7812-1, annex B). */
export function luhnCheckDigit(body: string): string {
  const sum = Array.from(body)
    .reverse()
    .reduce((total, digit, i) => {
      const doubled = Number(digit) * (i % 2 === 0 ? 2 : 1);
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
  return String((10 - (sum % 10)) % 10);
}

/** Sum of the digits, each times its weight; the weights are repeated as often as needed. */
export function weighted(digits: string, weights: readonly number[]): number {
  return Array.from(digits).reduce((sum, digit, i) => sum + Number(digit) * weights[i % weights.length]!, 0);
}

/** Whether the last digit is the one that Luhn asks for. */
export function isLuhn(digits: string): boolean {
  return luhnCheckDigit(digits.slice(0, -1)) === digits.at(-1);
}

/** Multiplication of the dihedral group of ten elements: rotations, then reflections. */
function dihedral(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5;
  return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5;
}

/** The permutation of Verhoeff's scheme, applied as often as the digit is places from the right. */
function permuted(digit: number, times: number): number {
  let value = digit;
  for (let i = 0; i < times % 8; i++) value = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4][value]!;
  return value;
}

/** Whether Verhoeff's scheme accepts the digits, the last of which is the check digit. */
export function isVerhoeff(digits: string): boolean {
  return (
    Array.from(digits)
      .reverse()
      .reduce((product, digit, i) => dihedral(product, permuted(Number(digit), i)), 0) === 0
  );
}
