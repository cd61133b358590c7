import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { numberAt } from '../../../checksums/character.ts';
import { isMod11And2Valid } from '../../../checksums/mod11-2.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of China. */
export const CHINA: readonly Entity[] = [
  {
    id: 'cn-resident-id',
    groups: ['national-id'],
    title: 'Chinese resident identity number',
    shapes: [{ form: '#################*', tier: 'A', check: isResidentId }],
    context: ['身份证', '身份证号', '公民身份号码', 'shenfenzheng', 'resident id', 'identity card', 'national id'],
    source: 'GB 11643-1999, Citizen identification number',
    specimens: ['身份证号 «360426199101010071»', '张三，«11010519491231002X»', 'resident id: «11010519491231002x»'],
    counterExamples: ['360426199101010072', '360426199113010071', '990426199101010071', '3604261991010100711'],
  },
];

/** First digits of the provinces and regions: north, north-east, east, centre and south, south-west, north-west, others. */
const PROVINCES: ReadonlySet<number> = new Set([
  11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65,
  71, 81, 82, 83,
]);

function isResidentId(text: Uint8Array): boolean {
  const year = numberAt(text, 6, 10);
  if (year < 1850 || year > 2100 || !PROVINCES.has(numberAt(text, 0, 2))) return false;
  return isCalendarDate(year, numberAt(text, 10, 12), numberAt(text, 12, 14)) && isMod11And2Valid(text, 0, 18);
}
