/** Where everything lies in the memory of the module; `place-finder.ts` has the same figures. */

/** By pair of bytes: a bit for each byte, by its last three bits, that may stand before them at the end of the name of a field. */
export const ENDINGS: usize = 0x0_0000;
/** By pair of bytes: marks of the forms that begin with them. */
export const FIRST: usize = 0x1_0000;
/** By pair of bytes: marks of the forms that go on with them. */
export const SECOND: usize = 0x3_0000;
/** By a hash of its first letters: bits, one of which is set where a context word may begin with them. */
export const BEGINNINGS: usize = 0x5_0000;
/** By three letters, five bits each, or two and none: 1 where a context word may begin with them. */
export const TRIPLES: usize = 0x6_0000;
/** A bit for each byte of the text. */
export const PLACES: usize = 0x6_8000;
/** The same for those that are marked for the beginning of a form alone, which are still to be compared with it. */
export const KEYS: usize = 0x6_c000;
/** The text, with nothing before it. */
export const TEXT: usize = 0x7_0000;

/** What is looked for. */
export const NUMBERS: i32 = 1;
export const ADDRESSES: i32 = 2;
export const AT_SIGNS: i32 = 4;
export const NAMES: i32 = 8;
export const FORMS: i32 = 16;
export const PHRASES: i32 = 32;

/** Marks the byte at `at`. */
// @ts-ignore: decorator
@inline
export function place(at: usize): void {
  const bit = at - TEXT;
  const byte = PLACES + (bit >> 3);
  store<u8>(byte, u32(load<u8>(byte)) | (1 << (u32(bit) & 7)));
}

/** Marks the byte at `at` for the beginning of a form. */
// @ts-ignore: decorator
@inline
export function placeKey(at: usize): void {
  const bit = at - TEXT;
  const byte = KEYS + (bit >> 3);
  store<u8>(byte, u32(load<u8>(byte)) | (1 << (u32(bit) & 7)));
}

/** Marks bytes of the 64 from `block` on. */
// @ts-ignore: decorator
@inline
export function placeAll(block: usize, mask: u64): void {
  const word = PLACES + ((block - TEXT) >> 3);
  store<u64>(word, load<u64>(word) | mask);
}

// @ts-ignore: decorator
@inline
export function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}

// @ts-ignore: decorator
@inline
export function isLetter(byte: u32): bool {
  return (byte | 0x20) - 0x61 < 26;
}

// @ts-ignore: decorator
@inline
export function isWord(byte: u32): bool {
  return isDigit(byte) || isLetter(byte);
}

// @ts-ignore: decorator
@inline
export function isHex(byte: u32): bool {
  return isDigit(byte) || (byte | 0x20) - 0x61 < 6;
}

/** Whether a form may begin here. */
// @ts-ignore: decorator
@inline
export function mayBegin(at: usize): bool {
  return (load<u16>(FIRST + (usize(load<u16>(at)) << 1)) & load<u16>(SECOND + (usize(load<u16>(at + 2)) << 1))) != 0;
}
