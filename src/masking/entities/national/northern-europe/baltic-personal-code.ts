import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { digitAt, numberAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';

const FIRST_PASS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1] as const;
const SECOND_PASS = [3, 4, 5, 6, 7, 8, 9, 1, 2, 3] as const;
/** Men and women of the nineteenth, the twentieth and the present century. */
const LAST_KIND = 6;

/** A code of the scheme that Estonia and Lithuania share: century and sex, date of birth, serial number, check digit. */
export function isBalticPersonalCode(text: Uint8Array): boolean {
  const kind = digitAt(text, 0);
  if (kind < 1 || kind > LAST_KIND) return false;
  const year = 1800 + Math.floor((kind - 1) / 2) * 100 + numberAt(text, 1, 3);
  return isCalendarDate(year, numberAt(text, 3, 5), numberAt(text, 5, 7)) && hasTwoPassCheckDigit(text);
}

/** A remainder of ten leaves the sum to a second set of weights; a second ten counts as zero. */
function hasTwoPassCheckDigit(text: Uint8Array): boolean {
  const first = weightedSum(text, 0, FIRST_PASS) % 11;
  const remainder = first === 10 ? weightedSum(text, 0, SECOND_PASS) % 11 : first;
  return remainder % 10 === digitAt(text, 10);
}
