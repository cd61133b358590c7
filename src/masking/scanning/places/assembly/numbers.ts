import { isDigit, isHex } from './memory';

const COLON: u32 = 0x3a;
const DOT: u32 = 0x2e;
/** With fewer digits close together a number is part of no form that is told by them. */
const FEWEST_DIGITS: i32 = 6;
/** So many dots between digits an address of IPv4 has. */
const FEWEST_DOTS: i32 = 3;
/** Between two digits of one number: the `) ` of a telephone number. */
const MOST_SEPARATORS: i32 = 2;

/** One of `- ./+:()`. */
// @ts-ignore: decorator
@inline
function isSeparator(byte: u32): bool {
  // Bits of 0x20 to 0x3a.
  return byte - 0x20 < 27 && ((0x0400_eb01 >> (byte - 0x20)) & 1) != 0;
}

/** Whether the digit at `at` has enough others near it, only separators between them, or dots enough. */
export function mayBeNumber(at: usize, end: usize): bool {
  let digits = 1;
  let dots = 0;
  let between = 0;
  let i = at + 1;
  for (; i < end; i++) {
    const byte: u32 = load<u8>(i);
    if (isDigit(byte)) {
      if (++digits >= FEWEST_DIGITS) return true;
      between = 0;
    } else if (isSeparator(byte)) {
      if (byte == DOT && ++dots >= FEWEST_DOTS) return true;
      if (++between > MOST_SEPARATORS) break;
    } else break;
  }
  if (i >= end) return true;
  between = 0;
  i = at - 1;
  while (between <= MOST_SEPARATORS) {
    const byte: u32 = load<u8>(i--);
    if (isDigit(byte)) {
      if (++digits >= FEWEST_DIGITS) return true;
      between = 0;
    } else if (isSeparator(byte)) {
      if (byte == DOT && ++dots >= FEWEST_DOTS) return true;
      between++;
    } else break;
  }
  return false;
}

/** So many colons an address of a network interface has; one of IPv6 has more, or two that stand together. */
const FEWEST_COLONS: i32 = 5;
const LONGEST: usize = 48;

/** Whether the hexadecimal digits and colons around the colon at `at` may be an address of IPv6 or of a network interface. */
export function mayBeAddress(at: usize, end: usize): bool {
  let colons = 1;
  let digits = false;
  let doubled = false;
  let i = at + 1;
  const last = min(end, at + LONGEST);
  for (; i < last; i++) {
    const byte: u32 = load<u8>(i);
    if (byte == COLON) {
      colons++;
      if (load<u8>(i - 1) == COLON) doubled = true;
    } else if (!isHex(byte)) break;
    else if (isDigit(byte)) digits = true;
    if (colons >= FEWEST_COLONS || (doubled && digits)) return true;
  }
  if (i >= end) return true;
  for (i = at - 1; at - i < LONGEST; i--) {
    const byte: u32 = load<u8>(i);
    if (byte == COLON) {
      colons++;
      if (load<u8>(i + 1) == COLON) doubled = true;
    } else if (!isHex(byte)) break;
    else if (isDigit(byte)) digits = true;
    if (colons >= FEWEST_COLONS || (doubled && digits)) return true;
  }
  return false;
}

/** Whether an address of a network interface with hyphens begins at `at`. */
// @ts-ignore: decorator
@inline
export function mayBeHyphened(at: usize): bool {
  return load<u8>(at + 2) == 0x2d && load<u8>(at + 5) == 0x2d && load<u8>(at + 8) == 0x2d && load<u8>(at + 11) == 0x2d;
}
