/** What a byte can be part of; a byte may be in several classes. */
export const DIGIT = 1;
export const UPPER = 2;
export const LOWER = 4;
/** Stands inside values beside letters and digits, and never between two of them. */
export const GLUE = 8;
/** Part of a character beyond ASCII. */
export const HIGH = 16;
export const HEX = 32;
export const BASE64URL = 64;

export const LETTER = UPPER | LOWER;
export const WORD = DIGIT | UPPER | LOWER;
/** What a run is made of without a second look. */
export const PLAIN = WORD | GLUE;

const GLUES = '.-_+@:/=~$!#&*?%';

/** The classes of each byte. */
export const CLASSES: Uint8Array = classTable();

function classTable(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (from: number, to: number, bits: number): void => {
    for (let byte = from; byte <= to; byte++) table[byte]! |= bits;
  };
  mark(0x30, 0x39, DIGIT | HEX | BASE64URL);
  mark(0x41, 0x5a, UPPER | BASE64URL);
  mark(0x61, 0x7a, LOWER | BASE64URL);
  mark(0x41, 0x46, HEX);
  mark(0x61, 0x66, HEX);
  mark(0x2d, 0x2d, BASE64URL);
  mark(0x5f, 0x5f, BASE64URL);
  for (const glue of GLUES) mark(glue.charCodeAt(0), glue.charCodeAt(0), GLUE);
  mark(0x80, 0xff, HIGH);
  return table;
}

export function isDigit(byte: number): boolean {
  return (CLASSES[byte]! & DIGIT) !== 0;
}

/** Whether a word goes on here: letters and digits, and whatever lies beyond ASCII. */
export function isWord(byte: number): boolean {
  return byte >= 0x80 || (CLASSES[byte]! & WORD) !== 0;
}

/** Value of a hexadecimal digit; -1 for any other byte. */
export function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
