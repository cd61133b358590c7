import { isYymmdd } from '../../../checksums/calendar-date.ts';
import { isOneOf } from '../../../checksums/character.ts';
import { isLuhnValid } from '../../../checksums/luhn.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of South Africa. */
export const SOUTH_AFRICA: readonly Entity[] = [
  {
    id: 'za-id',
    groups: ['national-id'],
    title: 'South African identity number',
    shapes: [
      { form: '###### #### ###', tier: 'A', check: isIdentityNumber },
      { form: '###### #### # # #', tier: 'A', check: isIdentityNumber },
      { form: '#############', tier: 'B', check: isIdentityNumber },
    ],
    context: ['id number', 'identity number', 'rsa id', 'sa id', 'id no', 'identiteitsnommer', 'national id'],
    source: 'Identification Act 68 of 1997 s. 7; Department of Home Affairs',
    specimens: ['ID number «7503305044089»', 'applicant «750330 5044 089»', 'identity number: «7503305044089»'],
    counterExamples: ['7503305044089', '750330 5044 088', '751330 5044 089', 'ID number 75033050440891'],
  },
];

/** Date of birth, sex and serial number, citizenship (0 to 2), a digit without meaning, a Luhn digit. */
function isIdentityNumber(text: Uint8Array): boolean {
  return isYymmdd(text, 0) && isOneOf(text, 10, '012') && isLuhnValid(text, 0, 13);
}
