import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { digitAt, numberAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Bulgaria. */
export const BULGARIA: readonly Entity[] = [
  {
    id: 'bg-egn',
    groups: ['national-id', 'health'],
    title: 'Bulgarian uniform civil number',
    shapes: [
      { form: '##########', tier: 'B', check: isEgn },
      { form: '###### ####', tier: 'A', check: isEgn },
    ],
    context: ['egn', 'егн', 'единен граждански номер', 'edinen grazhdanski nomer', 'civil number', 'national id'],
    source: 'Закон за гражданската регистрация, art. 11; GRAO',
    specimens: ['EGN «8032056031»', 'ЕГН: «7523169263»', 'лицето «752316 9263»'],
    counterExamples: ['8032056031', 'EGN 8032056032', 'EGN 8013056031', 'ЕГН 80320560311'],
  },
  {
    id: 'bg-lnch',
    groups: ['national-id', 'health'],
    title: 'Bulgarian personal number of a foreigner',
    shapes: [{ form: '##########', tier: 'B', check: isForeignerNumber }],
    context: ['lnch', 'лнч', 'личен номер на чужденец', 'foreigner number', 'personal number of a foreigner'],
    source: 'Закон за чужденците в Република България; Ministry of Interior, ЛНЧ',
    specimens: ['ЛНЧ «7111042925»', 'LNCh: «7111042925»', 'foreigner number «7111042925»'],
    counterExamples: ['7111042925', 'ЛНЧ 7111042926', 'ЛНЧ 71110429251'],
  },
];

const EGN_WEIGHTS = [2, 4, 8, 5, 10, 9, 7, 3, 6] as const;

/** Those born before 1900 have 20 added to the month, those born since 2000 have 40. */
function isEgn(text: Uint8Array): boolean {
  const month = numberAt(text, 2, 4);
  const year = numberAt(text, 0, 2) + (month > 40 ? 2000 : month > 20 ? 1800 : 1900);
  if (!isCalendarDate(year, month > 40 ? month - 40 : month > 20 ? month - 20 : month, numberAt(text, 4, 6))) return false;
  return (weightedSum(text, 0, EGN_WEIGHTS) % 11) % 10 === digitAt(text, 9);
}

const FOREIGNER_WEIGHTS = [21, 19, 17, 13, 11, 9, 7, 3, 1] as const;

function isForeignerNumber(text: Uint8Array): boolean {
  const sum = weightedSum(text, 0, FOREIGNER_WEIGHTS);
  return sum > 0 && sum % 10 === digitAt(text, 9);
}
