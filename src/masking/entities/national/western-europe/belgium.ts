import { isShortDate } from '../../../checksums/calendar-date.ts';
import { numberAt } from '../../../checksums/character.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Belgium. */
export const BELGIUM: readonly Entity[] = [
  {
    id: 'be-rijksregister',
    groups: ['national-id'],
    title: 'Belgian national register number, and the BIS number of those who are not in the register',
    shapes: [
      { form: '##.##.##-###.##', tier: 'A', check: isNationalNumber },
      { form: '##.##.##-###-##', tier: 'A', check: isNationalNumber },
      { form: '######-###.##', tier: 'A', check: isNationalNumber },
      { form: '######-###-##', tier: 'A', check: isNationalNumber },
      { form: '## ## ## ### ##', tier: 'A', check: isNationalNumber },
      { form: '## ## ##-### ##', tier: 'A', check: isNationalNumber },
      { form: '###########', tier: 'B', check: isNationalNumber },
    ],
    context: [
      'rijksregister',
      'rijksregisternummer',
      'registre national',
      'numero national',
      'nationalregister',
      'national register',
      'national number',
      'insz',
      'niss',
      'bis nummer',
      'numero bis',
    ],
    source: 'Royal Decree of 3 April 1984 on the identification number of the National Register',
    specimens: ['Rijksregisternummer: «85.07.30-033.28»', 'registre national «85073003328»', 'NISS «85 07 30 033 28»'],
    counterExamples: ['85.07.30-033.29', '85.13.30-033.28', '85073003328', 'rijksregister 850730033281'],
  },
];

/** Day and month may be zero where they are not known; BIS numbers have 20 or 40 added to the month. */
function isNationalNumber(text: Uint8Array): boolean {
  const month = numberAt(text, 2, 4);
  if (month >= 60 || numberAt(text, 6, 9) < 1) return false;
  const monthOfYear = month % 20;
  const day = numberAt(text, 4, 6);
  const isPlausible = monthOfYear === 0 ? day <= 31 : isShortDate(numberAt(text, 0, 2), monthOfYear, day === 0 ? 1 : day);
  if (!isPlausible) return false;
  const number = numberAt(text, 0, 9);
  const check = numberAt(text, 9, 11);
  // Those born since 2000 have a 2 put before the number.
  return check === 97 - (number % 97) || check === 97 - ((number + 2_000_000_000) % 97);
}
