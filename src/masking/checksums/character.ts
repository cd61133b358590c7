const ZERO = 0x30;
const UPPER_A = 0x41;

/** The value of the decimal digit at this place, 0 to 9; -1 where something else or nothing stands. */
export function digitAt(text: Uint8Array, index: number): number {
  const byte = text[index];
  if (byte === undefined) return -1;
  const value = byte - ZERO;
  return value >= 0 && value <= 9 ? value : -1;
}

/** The place in the alphabet of the upper-case letter there, A = 0 to Z = 25; -1 where something else or nothing stands. */
export function letterAt(text: Uint8Array, index: number): number {
  const byte = text[index];
  if (byte === undefined) return -1;
  const value = byte - UPPER_A;
  return value >= 0 && value <= 25 ? value : -1;
}

/** The value of a character in base 36: digits 0 to 9, letters A = 10 to Z = 35; -1 where something else or nothing stands. */
export function base36At(text: Uint8Array, index: number): number {
  const digit = digitAt(text, index);
  if (digit >= 0) return digit;
  const letter = letterAt(text, index);
  return letter < 0 ? -1 : letter + 10;
}

/** The number that the decimal digits in `text[from]` to `text[to - 1]` write, up to 15 of them; -1 where not all are digits. */
export function numberAt(text: Uint8Array, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = digitAt(text, i);
    if (digit < 0) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** Whether the character at this place is one of these. */
export function isOneOf(text: Uint8Array, index: number, characters: string): boolean {
  const byte = text[index];
  for (let i = 0; i < characters.length; i++) {
    if (characters.charCodeAt(i) === byte) return true;
  }
  return false;
}
