import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { isOneOf, numberAt } from '../../../checksums/character.ts';
import type { Check, Entity } from '../../../entity.ts';

const LETTERS_1900 = 'YXWVU';
const LETTERS_2000 = 'ABCDEF';
const CHECK_CHARACTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';

/** Identifiers of Finland. */
export const FINLAND: readonly Entity[] = [
  {
    id: 'fi-hetu',
    groups: ['national-id', 'health'],
    title: 'Finnish personal identity code',
    shapes: [
      { form: '######-###*', tier: 'A', check: hetuOf(1900) },
      { form: '######+###*', tier: 'A', check: hetuOf(1800) },
      { form: '######@###*', tier: 'A', check: isHetuWithLetter },
    ],
    context: ['hetu', 'henkilotunnus', 'henkilotunnuksesi', 'sotu', 'personbeteckning', 'personal identity code'],
    source: 'Digital and Population Data Services Agency, the personal identity code; Decree 690/2022',
    specimens: ['Hetu «131052-308T»', 'asiakas «131052A308T» saapui', 'henkilötunnus «131052X308T»'],
    counterExamples: ['131052-308U', '131352-308T', '131052G308T', '1131052-308T'],
  },
];

/** A check of codes whose sign of the century is a separator, so that it is not among the characters. */
function hetuOf(century: number): Check {
  return (text) => isHetu(text, century, 6);
}

function isHetuWithLetter(text: Uint8Array): boolean {
  if (isOneOf(text, 6, LETTERS_2000)) return isHetu(text, 2000, 7);
  return isOneOf(text, 6, LETTERS_1900) && isHetu(text, 1900, 7);
}

/** @param serialAt where the serial number of three digits begins; the check character follows it */
function isHetu(text: Uint8Array, century: number, serialAt: number): boolean {
  if (!isCalendarDate(century + numberAt(text, 4, 6), numberAt(text, 2, 4), numberAt(text, 0, 2))) return false;
  const serial = numberAt(text, serialAt, serialAt + 3);
  if (serial < 0) return false;
  return isOneOf(text, serialAt + 3, CHECK_CHARACTERS.charAt((numberAt(text, 0, 6) * 1000 + serial) % 31));
}
