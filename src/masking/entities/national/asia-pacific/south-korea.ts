import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { digitAt, numberAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of South Korea. */
export const SOUTH_KOREA: readonly Entity[] = [
  {
    id: 'kr-rrn',
    groups: ['national-id', 'health'],
    title: 'South Korean resident registration number',
    shapes: [
      { form: '######-#######', tier: 'A', check: isRrn },
      // Numbers given out since October 2020 are random after the digit of sex and century.
      { form: '######-#######', tier: 'B', check: hasBirthDate },
      { form: '#############', tier: 'B', check: hasBirthDate },
    ],
    context: ['주민등록번호', '주민번호', '외국인등록번호', 'rrn', 'jumin', 'resident registration', 'alien registration'],
    source: 'Resident Registration Act art. 7-2; Enforcement Rule art. 2 (amended October 2020)',
    specimens: ['홍길동 «971013-9019902»', '주민등록번호: «971013-9019903»', 'RRN «9710139019902»'],
    counterExamples: ['971013-9019903', '9710139019902', 'RRN 971313-9019902', 'RRN 97101390199021'],
  },
];

/** By the digit of sex and century, 0 to 9; 5 to 8 are foreigners. */
const CENTURIES = [1800, 1900, 1900, 2000, 2000, 1900, 1900, 2000, 2000, 1800] as const;
const WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5] as const;
/** Codes of the place of registration end here. */
const LAST_PLACE = 96;

function isRrn(text: Uint8Array): boolean {
  if (!hasBirthDate(text) || numberAt(text, 7, 9) > LAST_PLACE) return false;
  return (11 - (weightedSum(text, 0, WEIGHTS) % 11)) % 10 === digitAt(text, 12);
}

function hasBirthDate(text: Uint8Array): boolean {
  const century = CENTURIES[digitAt(text, 6)] ?? Number.NaN;
  return isCalendarDate(century + numberAt(text, 0, 2), numberAt(text, 2, 4), numberAt(text, 4, 6));
}
