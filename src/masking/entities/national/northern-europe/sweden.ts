import { isCalendarDate, isShortDate } from '../../../checksums/calendar-date.ts';
import { numberAt } from '../../../checksums/character.ts';
import { isLuhnValid } from '../../../checksums/luhn.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Sweden. */
export const SWEDEN: readonly Entity[] = [
  {
    id: 'se-personnummer',
    groups: ['national-id', 'health'],
    title: 'Swedish personal identity number and coordination number',
    shapes: [
      { form: '######-####', tier: 'A', check: isPersonalNumber },
      { form: '######+####', tier: 'A', check: isPersonalNumber },
      { form: '########-####', tier: 'A', check: isPersonalNumber },
      { form: '######## ####', tier: 'A', check: isPersonalNumber },
      { form: '############', tier: 'B', check: isPersonalNumber },
      { form: '##########', tier: 'B', check: isPersonalNumber },
    ],
    context: [
      'personnummer',
      'personnr',
      'pnr',
      'samordningsnummer',
      'personal identity number',
      'personal number',
      'national id',
    ],
    source: 'Folkbokföringslagen (1991:481) § 18; Skatteverket, SKV 704',
    specimens: ['kund «880320-0016»', 'Personnummer: «198803200016»', 'född «19880320-0016»'],
    counterExamples: ['8803200016', '880320-0018', '881320-0016', 'personnummer 88032000161'],
  },
];

/** Coordination numbers have 60 added to the day. The check digit covers ten digits, without those of the century. */
function isPersonalNumber(text: Uint8Array, length: number): boolean {
  const start = length - 10;
  const year = numberAt(text, 0, start + 2);
  const month = numberAt(text, start + 2, start + 4);
  const day = numberAt(text, start + 4, start + 6);
  const dayOfMonth = day > 60 ? day - 60 : day;
  const isDate =
    start === 0 ? isShortDate(year, month, dayOfMonth) : year >= 1800 && year < 2100 && isCalendarDate(year, month, dayOfMonth);
  return isDate && isLuhnValid(text, start, length);
}
