import { equals } from './blocks';

const PERCENT: u32 = 0x25;

/** What occurs in a run: as in `run.ts`. */
const HAS_AT: i32 = 1;
const HAS_COLON: i32 = 2;
const HAS_DOT: i32 = 4;
const HAS_DASH: i32 = 8;
const HAS_SLASH: i32 = 16;
const HAS_FIELD: i32 = 32;
const HAS_PLUS: i32 = 64;

/** Sixteen bytes that are all set and sixteen that are not: from the one that is so far before the middle on, so many are. */
const LEADING: usize = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, //
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, //
]);

/** What occurs in a run; -1 where a percent sign does, which may begin a character. */
export function featuresOf(start: usize, end: usize): i32 {
  let at = i8x16.splat(0);
  let colon = at;
  let dot = at;
  let dash = at;
  let slash = at;
  let equal = at;
  let plus = at;
  let percent = at;
  for (let i = start; i < end; i += 16) {
    const there = v128.load(LEADING + 16 - min<usize>(16, end - i));
    const bytes = v128.and(v128.load(i), there);
    at = v128.or(at, equals(bytes, 0x40));
    colon = v128.or(colon, equals(bytes, 0x3a));
    dot = v128.or(dot, equals(bytes, 0x2e));
    dash = v128.or(dash, equals(bytes, 0x2d));
    slash = v128.or(slash, equals(bytes, 0x2f));
    equal = v128.or(equal, equals(bytes, 0x3d));
    plus = v128.or(plus, equals(bytes, 0x2b));
    percent = v128.or(percent, equals(bytes, PERCENT));
  }
  if (v128.any_true(percent)) return -1;
  return (
    (v128.any_true(at) ? HAS_AT : 0) |
    (v128.any_true(colon) ? HAS_COLON | HAS_FIELD : 0) |
    (v128.any_true(dot) ? HAS_DOT : 0) |
    (v128.any_true(dash) ? HAS_DASH : 0) |
    (v128.any_true(slash) ? HAS_SLASH : 0) |
    (v128.any_true(equal) ? HAS_FIELD : 0) |
    (v128.any_true(plus) ? HAS_PLUS : 0)
  );
}
