import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { digitAt, numberAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Slovenia. */
export const SLOVENIA: readonly Entity[] = [
  {
    id: 'si-emso',
    groups: ['national-id'],
    title: 'Slovenian unique master citizen number',
    shapes: [{ form: '#############', tier: 'B', check: isEmso }],
    context: ['emso', 'enotna maticna stevilka', 'maticna stevilka', 'personal number', 'national id'],
    source: 'Zakon o centralnem registru prebivalstva, art. 10–12',
    specimens: ['EMŠO «0101006500006»', 'emšo: «0101006500006»', 'enotna matična številka «0101006500006»'],
    counterExamples: ['0101006500006', 'EMŠO 0101006500007', 'EMŠO 0113006500006', 'EMŠO 01010065000061'],
  },
  {
    id: 'si-davcna',
    groups: ['national-id'],
    title: 'Slovenian tax number',
    shapes: [
      { form: '########', tier: 'B', check: (text) => isTaxNumber(text, 0) },
      { form: 'SI########', tier: 'A', check: (text) => isTaxNumber(text, 2) },
      { form: 'SI ########', tier: 'A', check: (text) => isTaxNumber(text, 2) },
    ],
    context: ['davcna stevilka', 'davcna', 'id za ddv', 'ddv', 'tax number', 'tax id', 'tin', 'vat'],
    source: 'Zakon o finančni upravi; FURS, davčna številka',
    specimens: ['davčna številka «50223054»', 'ID za DDV: «SI50223054»', 'tax id «50223054»'],
    counterExamples: ['50223054', 'davčna številka 50223053', 'SI50223053', 'davčna 502230541'],
  },
];

const EMSO_WEIGHTS = [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2] as const;

/** Day, month and the last three digits of the year; the region, which was 50 for Slovenia, is not looked at. */
function isEmso(text: Uint8Array): boolean {
  const year = numberAt(text, 4, 7);
  if (year >= 100 && year < 800) return false;
  if (!isCalendarDate(year < 100 ? 2000 + year : 1000 + year, numberAt(text, 2, 4), numberAt(text, 0, 2))) return false;
  return (11 - (weightedSum(text, 0, EMSO_WEIGHTS) % 11)) % 11 === digitAt(text, 12);
}

const TAX_WEIGHTS = [8, 7, 6, 5, 4, 3, 2] as const;

/** A remainder that leaves 10 is written 0; one that leaves 11 is not given out. */
function isTaxNumber(text: Uint8Array, from: number): boolean {
  const check = 11 - (weightedSum(text, from, TAX_WEIGHTS) % 11);
  return digitAt(text, from) > 0 && check % 10 === digitAt(text, from + 7) && check < 11;
}
