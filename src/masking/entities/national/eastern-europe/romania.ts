import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { digitAt, numberAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Romania. */
export const ROMANIA: readonly Entity[] = [
  {
    id: 'ro-cnp',
    groups: ['national-id', 'health'],
    title: 'Romanian personal numerical code',
    shapes: [
      { form: '#############', tier: 'B', check: isCnp },
      { form: '# ###### ######', tier: 'A', check: isCnp },
      { form: '# ## ## ## ## ### #', tier: 'A', check: isCnp },
    ],
    context: ['cnp', 'cod numeric personal', 'codul numeric', 'personal numerical code', 'national id', 'tax id'],
    source: 'OUG 97/2005 privind evidența, annex; Hotărârea 1375/2006',
    specimens: ['CNP «1630615123457»', 'cod numeric personal: «1630615123457»', 'domnul «1 63 06 15 12 345 7»'],
    counterExamples: ['1630615123457', 'CNP 1630615123458', 'CNP 1632215123457', 'CNP 16306151234571'],
  },
];

const WEIGHTS = [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9] as const;
/** By the first digit, which tells sex and century. Residents and foreigners (7 to 9) may be of any; 2000 allows each leap day. */
const CENTURIES = [Number.NaN, 1900, 1900, 1800, 1800, 2000, 2000, 2000, 2000, 2000] as const;

function isCnp(text: Uint8Array): boolean {
  const century = CENTURIES[digitAt(text, 0)] ?? Number.NaN;
  if (!isCalendarDate(century + numberAt(text, 1, 3), numberAt(text, 3, 5), numberAt(text, 5, 7))) return false;
  if (!isCounty(numberAt(text, 7, 9))) return false;
  const remainder = weightedSum(text, 0, WEIGHTS) % 11;
  return (remainder === 10 ? 1 : remainder) === digitAt(text, 12);
}

/** Counties and the sectors of Bucharest; 70 has been given out whatever the county since 2024. */
function isCounty(county: number): boolean {
  return (county >= 1 && county <= 48) || county === 51 || county === 52 || county === 70;
}
