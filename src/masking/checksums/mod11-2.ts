import { digitAt } from './character.ts';

const UPPER_X = 0x58;

/**
 * Whether the last character in `text[from]` to `text[to - 1]`, a digit or `X` for ten, is the check character of the digits
 * before it. False where these are not all digits, and for fewer than two characters.
 *
 * @source ISO/IEC 7064 §7 (pure system MOD 11-2)
 */
export function isMod11And2Valid(text: Uint8Array, from: number, to: number): boolean {
  if (to - from < 2) return false;
  let remainder = 0;
  for (let i = from; i < to - 1; i++) {
    const digit = digitAt(text, i);
    if (digit < 0) return false;
    remainder = ((remainder + digit) * 2) % 11;
  }
  const check = text[to - 1] === UPPER_X ? 10 : digitAt(text, to - 1);
  return check >= 0 && (remainder + check) % 11 === 1;
}
