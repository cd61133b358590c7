import { isShortDate } from '../../../checksums/calendar-date.ts';
import { base36At, digitAt, letterAt } from '../../../checksums/character.ts';

/** What the characters 0 to 9 and A to Z count at the first, third … place; at the others a letter counts its place from A. */
const ODD_PLACE = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
  23,
] as const;
/** January to December. */
const MONTHS = 'ABCDEHLMPRST';
/** A letter for 0 to 9 where two persons would have the same code (omocodia). */
const OMOCODIA = 'LMNPQRSTUV';
/** The day of birth of women has 40 added. */
const WOMAN = 40;

/**
 * Whether sixteen characters are the code of a person: date of birth and check character.
 *
 * @source Decreto ministeriale 23 dicembre 1976, art. 2–8
 */
export function isCodiceFiscale(text: Uint8Array): boolean {
  const year = codedNumberAt(text, 6);
  const month = MONTHS.indexOf(String.fromCharCode(text[8]!)) + 1;
  const day = codedNumberAt(text, 9);
  if (!isShortDate(year, month, day > WOMAN ? day - WOMAN : day)) return false;
  for (let i = 12; i < 15; i++) if (codedDigitAt(text, i) < 0) return false;
  return checkValue(text) === letterAt(text, 15);
}

function checkValue(text: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const value = base36At(text, i);
    if (i % 2 === 0) sum += ODD_PLACE[value] ?? Number.NaN;
    else sum += value > 9 ? value - 10 : value;
  }
  return sum % 26;
}

function codedNumberAt(text: Uint8Array, index: number): number {
  const tens = codedDigitAt(text, index);
  const ones = codedDigitAt(text, index + 1);
  return tens < 0 || ones < 0 ? -1 : tens * 10 + ones;
}

function codedDigitAt(text: Uint8Array, index: number): number {
  const digit = digitAt(text, index);
  return digit >= 0 ? digit : OMOCODIA.indexOf(String.fromCharCode(text[index]!));
}
