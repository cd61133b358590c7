import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { numberAt } from '../../../checksums/character.ts';

/** Years of ten-digit numbers reach from 1954 to 2053. */
const FIRST_TEN_DIGIT_YEAR = 54;
/** From this year on, 20 may be added to the month where the serial numbers of a day run out. */
const FIRST_EXTRA_YEAR = 2004;
/** Until then a remainder of ten could be written as 0. */
const LAST_LAX_YEAR = 1985;

/**
 * The birth number of Czechoslovakia and both its successors: date of birth with 50 added to the month of women; nine digits
 * without a check digit until 1953, ten since, then a multiple of eleven.
 *
 * @source Zákon č. 133/2000 Sb. § 13 (CZ), zákon č. 301/1995 Z. z. § 2 (SK)
 */
export function isBirthNumber(text: Uint8Array, length: number): boolean {
  const yearOfCentury = numberAt(text, 0, 2);
  if (length === 9) {
    return yearOfCentury < FIRST_TEN_DIGIT_YEAR && isBirthDate(text, 1900 + yearOfCentury) && numberAt(text, 6, 9) > 0;
  }
  const year = yearOfCentury < FIRST_TEN_DIGIT_YEAR ? 2000 + yearOfCentury : 1900 + yearOfCentury;
  if (!isBirthDate(text, year)) return false;
  const remainder = numberAt(text, 0, 9) % 11;
  const check = numberAt(text, 9, 10);
  return remainder === check || (remainder === 10 && check === 0 && year <= LAST_LAX_YEAR);
}

function isBirthDate(text: Uint8Array, year: number): boolean {
  const month = numberAt(text, 2, 4);
  const withoutSex = month > 50 ? month - 50 : month;
  const isExtra = withoutSex > 20 && year >= FIRST_EXTRA_YEAR;
  return isCalendarDate(year, isExtra ? withoutSex - 20 : withoutSex, numberAt(text, 4, 6));
}
