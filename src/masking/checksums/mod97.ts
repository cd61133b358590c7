import { base36At } from './character.ts';

/**
 * The remainder by 97 of the number that the characters in `text[from]` to `text[to - 1]` write, where a letter stands for two
 * digits (A = 10 to Z = 35). NaN where another character stands; 0 for no characters.
 *
 * An IBAN is valid where the remainder of its part from the fifth character, followed by its first four, is 1: see
 * {@link continueRemainder97}.
 *
 * @source ISO/IEC 7064 §7 (MOD 97-10), ISO 13616-1 §6
 */
export function remainder97(text: Uint8Array, from: number, to: number): number {
  return continueRemainder97(0, text, from, to);
}

/** The same with a remainder of the characters before: as if those stood in front of these. */
export function continueRemainder97(before: number, text: Uint8Array, from: number, to: number): number {
  let remainder = before;
  for (let i = from; i < to; i++) {
    const value = base36At(text, i);
    if (value < 0) return Number.NaN;
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}
