import { digitAt } from './character.ts';

/**
 * The digits from `text[from]` on, each multiplied by the weight at its place, added up; as many digits as there are weights.
 * NaN where one is not a digit, so that every comparison with a remainder of it fails.
 */
export function weightedSum(text: Uint8Array, from: number, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const digit = digitAt(text, from + i);
    if (digit < 0) return Number.NaN;
    sum += digit * weights[i]!;
  }
  return sum;
}

/** The same, where a product of two digits counts as the sum of its digits. */
export function digitSumOfWeighted(text: Uint8Array, from: number, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const digit = digitAt(text, from + i);
    if (digit < 0) return Number.NaN;
    const product = digit * weights[i]!;
    sum += Math.floor(product / 10) + (product % 10);
  }
  return sum;
}
