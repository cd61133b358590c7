/** Where everything lies in the memory of the module; `place-finder.ts` has the same figures. */

/** By pair of bytes: a bit for each byte, by its last three bits, that may stand before them at the end of the name of a field. */
export const ENDINGS: usize = 0x0_0000;
/** By pair of bytes: marks of the forms that begin with them, of those that four bytes are too many for {@link KEYS}. */
export const FIRST: usize = 0x1_0000;
/** By pair of bytes: marks of the forms that go on with them. */
export const SECOND: usize = 0x3_0000;
/** By a hash of its first letters: bits, one of which is set where a context word may begin with them. */
export const BEGINNINGS: usize = 0x5_0000;
/** By three letters, five bits each, or two and none: a bit for a context word that may begin with them, and one for telephones. */
export const TRIPLES: usize = 0x6_0000;
/** A bit for each byte of the text. */
export const PLACES: usize = 0x6_8000;
/** By byte: what it can be part of, and its column in the automaton of shapes. */
export const CLASSES: usize = 0x6_c000;
export const COLUMNS: usize = 0x6_c100;
/** By the lower half of the first letter, the second, the third: the words for telephones that have it there, in eight groups. */
export const PHONE_LETTERS: usize = 0x6_c200;
/** The text, with nothing before it. */
export const TEXT: usize = 0x7_0000;
/** By pair of bytes: which list of forms may be there, of those that four bytes are too many for {@link KEYED}. */
export const LISTED: usize = 0x9_0000;
/** Lists: how many forms, and where each begins. */
export const LISTS: usize = 0xb_0000;
/** The sets of bytes that forms are made of, a bit for each byte. */
export const SETS: usize = 0xc_8000;
/** The run that was read last: see `read-run.ts`. */
export const PLAIN_RUN: usize = 0xc_0000;
/** By byte: the rows of letters and digits of the tokens that are marked at it, as a list of forms has them: see `forms.ts`. */
export const TOKEN_ROWS: usize = 0xc_0100;
/** The automaton of the names of fields, read from their ends: see `signs.ts`. */
export const FIELD_NAMES: usize = 0xd_0000;
/** The same as {@link BEGINNINGS} for the words that explain telephone numbers alone. */
export const PHONE_BEGINNINGS: usize = 0xe_0000;
/** The automaton of shapes: see `shapes.ts`. */
export const SHAPES: usize = 0xf_0000;
/** Runs that were read to their end: see `known-runs.ts`. */
export const KNOWN_RUNS: usize = 0x33_0000;
export const AFTER_KNOWN_RUNS: usize = 0x37_0000;
/** A bit for each byte of the text, as {@link PLACES} has it: joinable characters, letters and digits, digits. */
export const JOINABLE: usize = 0x37_0008;
export const WORDS: usize = 0x37_4008;
export const DIGITS: usize = 0x37_8008;
/** By a hash of four bytes: bits, one of which is set where a form may begin with them. */
export const KEYS: usize = 0x37_d000;
/** By the upper twelve bits of the same hash: which list of forms may be there. */
export const KEYED: usize = 0x38_0000;
/** Forms: see `forms.ts`. */
export const STEPS: usize = 0x38_2000;
/** Rows of bits as {@link WORDS} is one: where a word begins, or may; where a row of 13 joinable characters ends or goes on; capitals and digits. */
export const STARTS: usize = 0x39_0008;
export const THIRTEENS: usize = 0x39_4008;
export const CAPITALS: usize = 0x39_8008;
/** Where signs stand in the part of the text that was classified last, four bytes each. */
export const SIGNS: usize = 0x39_c000;
const FACTOR: u32 = 0x9e37_79b1;

/** Bits of {@link CLASSES}: those of `byte-classes.ts`. */
export const DIGIT: u32 = 1;
export const UPPER: u32 = 2;
export const LOWER: u32 = 4;
export const GLUE: u32 = 8;
export const HIGH: u32 = 16;
export const LETTER: u32 = UPPER | LOWER;
export const WORD: u32 = DIGIT | LETTER;
export const PLAIN: u32 = WORD | GLUE;

/** What is looked for. */
export const NUMBERS: i32 = 1;
export const ADDRESSES: i32 = 2;
export const AT_SIGNS: i32 = 4;
export const NAMES: i32 = 8;
export const FORMS: i32 = 16;
export const PHRASES: i32 = 32;
/** The name of its field speaks for every number of the text. */
export const NAMED: i32 = 64;

/** Marks the byte at `at`. */
// @ts-ignore: decorator
@inline
export function place(at: usize): void {
  const bit = at - TEXT;
  const byte = PLACES + (bit >> 3);
  store<u8>(byte, u32(load<u8>(byte)) | (1 << (u32(bit) & 7)));
}

/** Takes the marks of `from` to `to - 1` away. */
export function forget(from: usize, to: usize): void {
  const last = to - TEXT;
  for (let bit = from - TEXT; bit < last; bit = (bit | 63) + 1) {
    const word = PLACES + ((bit >> 6) << 3);
    store<u64>(word, load<u64>(word) & ~(firstOf(last - bit) << (bit & 63)));
  }
}

/** So many of the lowest bits. */
// @ts-ignore: decorator
@inline
export function firstOf(count: usize): u64 {
  return count >= 64 ? ~u64(0) : (u64(1) << count) - 1;
}

/** Where a row has the bits of the block that `at` is in. */
// @ts-ignore: decorator
@inline
export function rowAt(at: usize): usize {
  return ((at - TEXT) >> 6) << 3;
}

/** The bits of the 64 bytes from `at` on, in one of the rows that have one for each byte of the text. */
// @ts-ignore: decorator
@inline
export function bitsFrom(row: usize, at: usize): u64 {
  const bit = i32(at - TEXT);
  const word = row + ((bit >> 6) << 3);
  const by = u64(bit & 63);
  return (load<u64>(word) >> by) | ((load<u64>(word, 8) << 1) << (63 - by));
}

/** Marks bytes of the 64 from `block` on. */
// @ts-ignore: decorator
@inline
export function placeAll(block: usize, mask: u64): void {
  const word = PLACES + ((block - TEXT) >> 3);
  store<u64>(word, load<u64>(word) | mask);
}

/** What the byte at `at` can be part of. */
// @ts-ignore: decorator
@inline
export function classOf(at: usize): u32 {
  return load<u8>(CLASSES + usize(load<u8>(at)));
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
export function isCapital(byte: u32): bool {
  return byte - 0x41 < 26;
}

// @ts-ignore: decorator
@inline
export function isSmall(byte: u32): bool {
  return byte - 0x61 < 26;
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

/** Four bytes as `four-bytes.ts` hashes them. */
// @ts-ignore: decorator
@inline
export function keyHash(at: usize): u32 {
  return (load<u32>(at) * FACTOR) >> 16;
}

/** Whether a form may begin here; all is looked up at once, since what was found first tells too little to go by. */
// @ts-ignore: decorator
@inline
export function mayBegin(at: usize): bool {
  const hash = keyHash(at);
  const isKey = (u32(load<u8>(KEYS + usize(hash >> 3))) >> (hash & 7)) & 1;
  const marks = u32(load<u16>(FIRST + (usize(load<u16>(at)) << 1))) & u32(load<u16>(SECOND + (usize(load<u16>(at + 2)) << 1)));
  return (isKey | marks) != 0;
}
