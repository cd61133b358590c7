import { numberAt } from './character.ts';

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Whether there is such a day in the Gregorian calendar. Months count from 1; -1 or NaN for any part is no date. */
export function isCalendarDate(year: number, month: number, day: number): boolean {
  if (!(year >= 0) || day < 1) return false;
  const days = DAYS[month - 1];
  if (days === undefined) return false;
  return day <= days || (month === 2 && day === 29 && isLeapYear(year));
}

/**
 * Whether there is such a day in some century, where only the last two digits of the year are known. Every fourth year may be
 * a leap year then, 2000 being one.
 */
export function isShortDate(yearOfCentury: number, month: number, day: number): boolean {
  return yearOfCentury >= 0 && isCalendarDate(2000 + yearOfCentury, month, day);
}

/** {@link isShortDate} of the six digits from `text[from]`, written as year, month, day. */
export function isYymmdd(text: Uint8Array, from: number): boolean {
  return isShortDate(numberAt(text, from, from + 2), numberAt(text, from + 2, from + 4), numberAt(text, from + 4, from + 6));
}

/** {@link isShortDate} of the six digits from `text[from]`, written as day, month, year. */
export function isDdmmyy(text: Uint8Array, from: number): boolean {
  return isShortDate(numberAt(text, from + 4, from + 6), numberAt(text, from + 2, from + 4), numberAt(text, from, from + 2));
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
