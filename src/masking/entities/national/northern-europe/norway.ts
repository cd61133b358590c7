import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { numberAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Norway. */
export const NORWAY: readonly Entity[] = [
  {
    id: 'no-fodselsnummer',
    groups: ['national-id', 'health'],
    title: 'Norwegian birth number, D number and H number',
    shapes: [
      { form: '###### #####', tier: 'A', check: isBirthNumber },
      { form: '######-#####', tier: 'A', check: isBirthNumber },
      { form: '###########', tier: 'B', check: isBirthNumber },
    ],
    context: ['fodselsnummer', 'fødselsnummer', 'fnr', 'personnummer', 'd nummer', 'h nummer', 'birth number', 'national id'],
    source: 'Folkeregisterforskriften § 2-2; Skatteetaten, fødselsnummer',
    specimens: ['Kari, «151086 95088»', 'fødselsnummer: «15108695088»', 'fnr «151086-95088»'],
    counterExamples: ['15108695088', '151086 95077', '151386 95088', 'fnr 151086950881'],
  },
];

const FIRST_CHECK = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1] as const;
const SECOND_CHECK = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1] as const;

/** D numbers have 40 added to the day, H numbers 40 to the month. */
function isBirthNumber(text: Uint8Array): boolean {
  const day = numberAt(text, 0, 2);
  const month = numberAt(text, 2, 4);
  const year = yearOf(numberAt(text, 4, 6), numberAt(text, 6, 9));
  if (!isCalendarDate(year, month > 40 ? month - 40 : month, day > 40 ? day - 40 : day)) return false;
  return weightedSum(text, 0, FIRST_CHECK) % 11 === 0 && weightedSum(text, 0, SECOND_CHECK) % 11 === 0;
}

/** The ranges of serial numbers tell the century; -1 for a pair that was never given out. */
function yearOf(yearOfCentury: number, serial: number): number {
  if (serial < 500) return 1900 + yearOfCentury;
  if (serial < 750 && yearOfCentury > 54) return 1800 + yearOfCentury;
  if (yearOfCentury < 40) return 2000 + yearOfCentury;
  return serial >= 900 ? 1900 + yearOfCentury : -1;
}
