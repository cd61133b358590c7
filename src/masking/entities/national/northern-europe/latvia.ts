import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { digitAt, numberAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Latvia. */
export const LATVIA: readonly Entity[] = [
  {
    id: 'lv-personas-kods',
    groups: ['national-id', 'health'],
    title: 'Latvian personal code',
    shapes: [
      { form: '######-#####', tier: 'A', check: isDatedCode },
      { form: '###### #####', tier: 'A', check: isDatedCode },
      { form: '###########', tier: 'B', check: isDatedCode },
      // Since July 2017 codes hold no date; no check digit is published for these.
      { form: '32####-#####', tier: 'B' },
      { form: '32#########', tier: 'B' },
    ],
    context: ['personas kods', 'personas kodu', 'pers kods', 'p k', 'personal code', 'national id'],
    source: 'Fizisko personu reģistra likums, art. 4; Pilsonības un migrācijas lietu pārvalde',
    specimens: ['dzimis «161175-19997»', 'personas kods: «16117519997»', 'personas kods «320123-45678»'],
    counterExamples: ['16117519997', '161175-19998', '161375-19997', '320123-45678'],
  },
];

const WEIGHTS = [10, 5, 8, 4, 2, 1, 6, 3, 7, 9] as const;

function isDatedCode(text: Uint8Array): boolean {
  const century = digitAt(text, 6);
  if (century > 2) return false;
  const year = 1800 + century * 100 + numberAt(text, 4, 6);
  if (!isCalendarDate(year, numberAt(text, 2, 4), numberAt(text, 0, 2))) return false;
  return ((1 + weightedSum(text, 0, WEIGHTS)) % 11) % 10 === digitAt(text, 10);
}
