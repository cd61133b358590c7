/**
 * What tells bytes here leaves the uppermost bit of each set where they are told, and whatever it likes in the others: that is
 * what {@link bits} reads.
 */

/** Bytes that are looked at together: a bit each in a word. */
export const BLOCK: i32 = 64;

/**
 * The constants of what follows, 16 bytes each. They lie in memory, since those of the code would be put together anew, from
 * four instructions, wherever they are used.
 */
const CONSTANTS: usize = memory.data<u8>([
  // 0, 1: kinds of what may be joined, by the lower and the upper half of a byte: digits, two kinds of letters, five of glue.
  164, 240, 224, 240, 240, 240, 240, 224, 224, 224, 120, 80, 64, 88, 81, 90, //
  0, 0, 16, 136, 68, 34, 64, 33, 0, 0, 0, 0, 0, 0, 0, 0, //
  // 2, 3: the same for signs.
  1, 0, 96, 0, 0, 4, 0, 0, 0, 0, 128, 2, 2, 128, 8, 64, //
  0, 0, 4, 128, 1, 2, 0, 8, 0, 0, 0, 0, 32, 0, 64, 0, //
  // 4: the lower half; 5: zero; 6: the bit of small letters.
  15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, //
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, //
  32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, //
  // 7, 8: what is added to a digit so that 9 is the greatest signed byte, and the one below 0; 9, 10: small letters; 11: capitals.
  70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, //
  117, 117, 117, 117, 117, 117, 117, 117, 117, 117, 117, 117, 117, 117, 117, 117, //
  5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, //
  101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101, //
  37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, //
  // 12 to 14: the row of most separators, which of them, the colon.
  240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, //
  1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1, //
  58, 58, 58, 58, 58, 58, 58, 58, 58, 58, 58, 58, 58, 58, 58, 58, //
  // 15 to 17: the words that announce a phrase in which these are the lower halves of the first, third and fourth letter.
  4, 0, 8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, //
  0, 0, 4, 8, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, //
  0, 4, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 8, //
  // 18, 19: what may stand between a name and its sign, by halves as above; 20 to 22: backslash, quote, n.
  9, 0, 1, 0, 0, 0, 0, 1, 0, 1, 2, 0, 4, 4, 0, 0, //
  0, 0, 1, 2, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, //
  92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, //
  34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34, //
  110, 110, 110, 110, 110, 110, 110, 110, 110, 110, 110, 110, 110, 110, 110, 110, //
  // 23, 24: what makes letters and digits negative, and whatever is of any kind.
  96, 96, 96, 96, 96, 96, 96, 96, 96, 96, 96, 96, 96, 96, 96, 96, //
  127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, //
]);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load(CONSTANTS + (index << 4));
}

// @ts-ignore: decorator
@inline
function lowerHalf(bytes: v128): v128 {
  return v128.and(bytes, constant(4));
}

/** What a byte is in both of two tables, one of which is told by its lower half and the other by its upper. */
// @ts-ignore: decorator
@inline
function inBoth(bytes: v128, table: usize): v128 {
  const low = i8x16.relaxed_swizzle(constant(table), lowerHalf(bytes));
  const high = i8x16.relaxed_swizzle(constant(table + 1), v128.and(i16x8.shr_u(bytes, 4), constant(4)));
  return v128.and(low, high);
}

/** The kind of what may be joined, a bit of the byte, the uppermost one for digits; 0 for what may not. */
// @ts-ignore: decorator
@inline
export function kinds(bytes: v128): v128 {
  return inBoth(bytes, 0);
}

/** By their kinds: letters and digits. */
// @ts-ignore: decorator
@inline
export function words(kinds: v128): v128 {
  return i8x16.add(kinds, constant(23));
}

/** By their kinds: letters, digits and glue. */
// @ts-ignore: decorator
@inline
export function joinables(kinds: v128): v128 {
  return i8x16.add(kinds, constant(24));
}

/** What is no capital, of letters. */
// @ts-ignore: decorator
@inline
export function smalls(bytes: v128): v128 {
  return i16x8.shl(bytes, 2);
}

/** One of `@ : = \ % ~ [`, or 0xc2, 0xe2, 0xef. */
// @ts-ignore: decorator
@inline
export function signs(bytes: v128): v128 {
  return isAny(inBoth(bytes, 2));
}

/** Negative where any bit is set. */
// @ts-ignore: decorator
@inline
function isAny(bytes: v128): v128 {
  return i8x16.add_sat_u(bytes, constant(24));
}

// @ts-ignore: decorator
@inline
export function digits(bytes: v128): v128 {
  return i8x16.gt_s(i8x16.add(bytes, constant(7)), constant(8));
}

// @ts-ignore: decorator
@inline
export function capitals(bytes: v128): v128 {
  return i8x16.gt_s(i8x16.add(bytes, constant(11)), constant(10));
}

// @ts-ignore: decorator
@inline
export function letters(bytes: v128): v128 {
  return i8x16.gt_s(i8x16.add(v128.or(bytes, constant(6)), constant(9)), constant(10));
}

// @ts-ignore: decorator
@inline
export function small(bytes: v128): v128 {
  return i8x16.gt_s(i8x16.add(bytes, constant(9)), constant(10));
}

/** Hexadecimal digits. */
// @ts-ignore: decorator
@inline
export function hexes(bytes: v128): v128 {
  const letter = i8x16.gt_s(i8x16.add(v128.or(bytes, constant(6)), i8x16.splat(25)), i8x16.splat(121));
  return v128.or(digits(bytes), letter);
}

/** One of `- ./+:()`: what may stand between two digits of a number. */
// @ts-ignore: decorator
@inline
export function separators(bytes: v128): v128 {
  const row = i8x16.eq(v128.and(bytes, constant(12)), constant(6));
  const low = i8x16.relaxed_swizzle(constant(13), lowerHalf(bytes));
  return v128.or(v128.and(row, i8x16.ne(low, constant(5))), i8x16.eq(bytes, constant(14)));
}

/** One of `"'\`])`, a backslash, a colon, a space. */
// @ts-ignore: decorator
@inline
export function closers(bytes: v128): v128 {
  return isAny(inBoth(bytes, 18));
}

// @ts-ignore: decorator
@inline
export function backslashes(bytes: v128): v128 {
  return i8x16.eq(bytes, constant(20));
}

// @ts-ignore: decorator
@inline
export function quotes(bytes: v128): v128 {
  return i8x16.eq(bytes, constant(21));
}

/** The letter of the end of a line. */
// @ts-ignore: decorator
@inline
export function ns(bytes: v128): v128 {
  return i8x16.eq(bytes, constant(22));
}

/**
 * Where one of the words may begin that announce a seed phrase, by the lower halves of their first, third and fourth letter:
 * `seed`, `mnem`, `phra`, `reco` and a few others.
 */
// @ts-ignore: decorator
@inline
export function announces(block: usize): v128 {
  const first = i8x16.relaxed_swizzle(constant(15), lowerHalf(v128.load(block)));
  const third = i8x16.relaxed_swizzle(constant(16), lowerHalf(v128.load(block, 2)));
  const fourth = i8x16.relaxed_swizzle(constant(17), lowerHalf(v128.load(block, 3)));
  return isAny(v128.and(v128.and(first, third), fourth));
}

/**
 * Where one of some words may begin, told by the lower halves of its first three letters: three tables of words. Letters behind
 * the first that are not small, and whatever is beyond ASCII, may be those of any.
 */
// @ts-ignore: decorator
@inline
export function beginsLike(tables: usize, block: usize): v128 {
  const a = v128.load(block);
  const b = v128.load(block, 1);
  const c = v128.load(block, 2);
  const first = v128.or(i8x16.relaxed_swizzle(v128.load(tables), lowerHalf(a)), i8x16.lt_s(a, constant(5)));
  const second = v128.or(i8x16.relaxed_swizzle(v128.load(tables, 16), lowerHalf(b)), v128.not(small(b)));
  const third = v128.or(i8x16.relaxed_swizzle(v128.load(tables, 32), lowerHalf(c)), v128.not(small(c)));
  return isAny(v128.and(v128.and(first, second), third));
}

// @ts-ignore: decorator
@inline
export function equals(bytes: v128, byte: u32): v128 {
  return i8x16.eq(bytes, i8x16.splat(i8(byte)));
}

// @ts-ignore: decorator
@inline
export function bits(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    u64(u32(i8x16.bitmask(a)) | (u32(i8x16.bitmask(b)) << 16)) |
    (u64(u32(i8x16.bitmask(c)) | (u32(i8x16.bitmask(d)) << 16)) << 32)
  );
}

/** Bits moved up, those of the block before coming in. */
// @ts-ignore: decorator
@inline
export function up(mask: u64, before: u64, by: u64): u64 {
  return (mask << by) | (before >> (64 - by));
}

/** Bits moved down, those of the next block coming in. */
// @ts-ignore: decorator
@inline
export function down(mask: u64, next: u64, by: u64): u64 {
  return (mask >> by) | (next << (64 - by));
}
