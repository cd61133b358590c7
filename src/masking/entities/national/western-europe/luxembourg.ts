import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { numberAt } from '../../../checksums/character.ts';
import { isLuhnValid } from '../../../checksums/luhn.ts';
import { isVerhoeffDigit } from '../../../checksums/verhoeff.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Luxembourg. */
export const LUXEMBOURG: readonly Entity[] = [
  {
    id: 'lu-matricule',
    groups: ['national-id', 'health'],
    title: 'Luxembourg national identification number (matricule)',
    shapes: [
      { form: '#### ## ## ### ##', tier: 'A', check: isMatricule },
      { form: '#### #### ### ##', tier: 'A', check: isMatricule },
      { form: '######## #####', tier: 'A', check: isMatricule },
      { form: '########-#####', tier: 'A', check: isMatricule },
      { form: '#############', tier: 'B', check: isMatricule },
    ],
    context: [
      'matricule',
      'numero d identification national',
      'identification national',
      'numero national',
      'cns',
      'ccss',
      'national identification',
      'tax id',
      'tin',
    ],
    source: 'Law of 19 June 2013 on the identification of natural persons; OECD TIN sheet Luxembourg',
    specimens: ['Matricule «1893120105732»', 'n° national «1893 12 01 057 32»', 'matricule: «18931201 05732»'],
    counterExamples: ['1893120105732', 'matricule 1893120105733', 'matricule 1893120105742', 'matricule 1893130105732'],
  },
];

/** Date of birth and a serial number, a Luhn digit of these eleven and a Verhoeff digit of the same eleven. */
function isMatricule(text: Uint8Array): boolean {
  const year = numberAt(text, 0, 4);
  if (year < 1850 || year > 2100) return false;
  if (!isCalendarDate(year, numberAt(text, 4, 6), numberAt(text, 6, 8))) return false;
  return isLuhnValid(text, 0, 12) && isVerhoeffDigit(text, 0, 11, 12);
}
