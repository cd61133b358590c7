import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { digitAt, numberAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Iceland. */
export const ICELAND: readonly Entity[] = [
  {
    id: 'is-kennitala',
    groups: ['national-id', 'health'],
    title: 'Icelandic identification number of a person',
    shapes: [
      { form: '######-####', tier: 'A', check: isKennitala },
      { form: '###### ####', tier: 'A', check: isKennitala },
      { form: '##########', tier: 'B', check: isKennitala },
    ],
    context: ['kennitala', 'kennitolu', 'kt', 'identification number', 'national id'],
    source: 'Lög um skráningu einstaklinga nr. 140/2019; Þjóðskrá, um kennitölur',
    specimens: ['kt. «120174-3399»', 'kennitala: «1201743399»', 'Jón, «120174 3399»'],
    counterExamples: ['1201743399', '120174-3389', '321274-3399', '120174-3396'],
  },
];

const WEIGHTS = [3, 2, 7, 6, 5, 4, 3, 2, 1] as const;

/** Those of companies, with 40 added to the day, are public and left alone. The last digit is that of the century. */
function isKennitala(text: Uint8Array): boolean {
  const year = centuryAt(text) + numberAt(text, 4, 6);
  return isCalendarDate(year, numberAt(text, 2, 4), numberAt(text, 0, 2)) && weightedSum(text, 0, WEIGHTS) % 11 === 0;
}

function centuryAt(text: Uint8Array): number {
  const last = digitAt(text, 9);
  if (last === 0) return 2000;
  return last === 8 || last === 9 ? 1000 + last * 100 : Number.NaN;
}
