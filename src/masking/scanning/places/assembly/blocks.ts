/** Bytes that are looked at together: a bit each in a word. */
export const BLOCK: i32 = 64;

// @ts-ignore: decorator
@inline
function isIn(bytes: v128, first: i8, count: i8): v128 {
  // Moved so that the last one is the greatest of all signed bytes: one comparison tells both ends.
  const last = i8(0x7f);
  return i8x16.gt_s(i8x16.add(bytes, i8x16.splat(last - (first + count - 1))), i8x16.splat(last - count));
}

// @ts-ignore: decorator
@inline
export function digits(bytes: v128): v128 {
  return isIn(bytes, 0x30, 10);
}

// @ts-ignore: decorator
@inline
export function capitals(bytes: v128): v128 {
  return isIn(bytes, 0x41, 26);
}

// @ts-ignore: decorator
@inline
export function letters(bytes: v128): v128 {
  return isIn(v128.or(bytes, i8x16.splat(0x20)), 0x61, 26);
}

/** One of `- ./+:()`: what may stand between two digits of a number. */
// @ts-ignore: decorator
@inline
export function separators(bytes: v128): v128 {
  // Rows 0x20 and 0x30 alone; a byte beyond ASCII is none.
  const row = i8x16.eq(v128.and(bytes, i8x16.splat(0xf0 as i8)), i8x16.splat(0x20));
  const low = i8x16.swizzle(i8x16(1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1), v128.and(bytes, i8x16.splat(0x0f)));
  return v128.or(v128.and(row, i8x16.ne(low, i8x16.splat(0))), i8x16.eq(bytes, i8x16.splat(0x3a)));
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

