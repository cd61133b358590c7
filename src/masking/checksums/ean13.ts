import { weightedSum } from './weighted-sum.ts';

const WEIGHTS = [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1] as const;

/**
 * Whether the thirteen characters from `text[from]` are digits of which the last is the EAN-13 check digit.
 *
 * @source GS1 General Specifications §7.9
 */
export function isEan13Valid(text: Uint8Array, from: number): boolean {
  return weightedSum(text, from, WEIGHTS) % 10 === 0;
}
