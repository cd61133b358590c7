import { isEan13Valid } from '../checksums/ean13.ts';
import { isLuhnValid } from '../checksums/luhn.ts';
import { isMod11And10Valid } from '../checksums/mod11-10.ts';
import { isMod11And2Valid } from '../checksums/mod11-2.ts';
import { remainder97 } from '../checksums/mod97.ts';
import { isVerhoeffValid } from '../checksums/verhoeff.ts';
import type { Check } from '../entity.ts';

/**
 * Checksums that an own entity may name, each after the standard that defines it. Those of digits look at the digits of a
 * match alone, so that a prefix such as `EMP-` does not count; `mod97` and `mod11-2` count letters too.
 */
export const OWN_CHECKSUMS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['luhn', ofDigits((digits, length) => isLuhnValid(digits, 0, length))],
  ['verhoeff', ofDigits((digits, length) => isVerhoeffValid(digits, 0, length))],
  ['mod11-10', ofDigits((digits, length) => isMod11And10Valid(digits, 0, length))],
  ['ean13', ofDigits((digits, length) => length === 13 && isEan13Valid(digits, 0))],
  ['mod11-2', (text, length) => isMod11And2Valid(text, 0, length)],
  ['mod97', (text, length) => remainder97(text, 0, length) === 1],
]);

const ZERO = 0x30;
const NINE = 0x39;

function ofDigits(check: Check): Check {
  return (text, length) => {
    const digits = text.subarray(0, length).filter((byte) => byte >= ZERO && byte <= NINE);
    return check(digits, digits.length);
  };
}
