import { bits, digits, equals, separators } from './blocks';
import { firstOf, isDigit, isHex } from './memory';

const COLON: u32 = 0x3a;
const DOT: u32 = 0x2e;
/** With fewer digits close together a number is part of no form that is told by them. */
const FEWEST_DIGITS: u64 = 6;
/** So many digits an address of IPv4 has at least, and dots between them. */
const FEWEST_OF_ADDRESS: u64 = 4;
const FEWEST_DOTS: u64 = 3;

/** Half of what is looked at around a digit: so many bytes six digits with separators between them do not have. */
const AROUND: usize = 32;

/** Whether the digit at `at` has enough others near it, only separators between them, or dots enough. */
export function mayBeNumber(at: usize, end: usize): bool {
  const block = at - AROUND;
  const a = v128.load(block);
  const b = v128.load(block, 16);
  const c = v128.load(block, 32);
  const d = v128.load(block, 48);
  const digit = bits(digits(a), digits(b), digits(c), digits(d));
  const part = digit | bits(separators(a), separators(b), separators(c), separators(d));
  const behind = AROUND + usize(ctz(~(part >> AROUND)));
  if (block + behind >= end) return true;
  const stretch = firstOf(behind) & ~firstOf(AROUND + 1 - usize(clz(~(part << (63 - AROUND)))));
  const count = popcnt(digit & stretch);
  if (count < FEWEST_OF_ADDRESS) return false;
  const dot = bits(equals(a, DOT), equals(b, DOT), equals(c, DOT), equals(d, DOT));
  return count >= FEWEST_DIGITS || popcnt(dot & stretch) >= FEWEST_DOTS;
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
