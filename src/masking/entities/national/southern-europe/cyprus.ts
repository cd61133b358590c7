import { digitAt, letterAt } from '../../../checksums/character.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Cyprus. */
export const CYPRUS: readonly Entity[] = [
  {
    id: 'cy-tic',
    groups: ['national-id'],
    title: 'Cypriot tax identification code',
    shapes: [
      { form: '########@', tier: 'B', check: (text) => isTaxCode(text, 0) },
      { form: 'CY########@', tier: 'A', check: (text) => isTaxCode(text, 2) },
    ],
    context: [
      'tic',
      'tax identification code',
      'tax id',
      'tin',
      'afm',
      'αφμ',
      'αριθμος φορολογικης ταυτοτητας',
      'vat',
      'fpa',
      'φπα',
    ],
    source: 'Cyprus Tax Department; OECD TIN sheet Cyprus; VIES, construction of VAT numbers',
    specimens: ['TIC «00123123T»', 'VAT «CY10259033P»', 'tax identification code: «10259033P»'],
    counterExamples: ['10259033P', 'TIC 10259033Z', 'CY10259033Z', 'TIC 110259033P'],
  },
];

/** What a digit at the first, third, fifth and seventh place counts. */
const ODD_PLACE = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21] as const;

function isTaxCode(text: Uint8Array, from: number): boolean {
  let sum = 0;
  for (let i = 0; i < 8; i++) {
    const digit = digitAt(text, from + i);
    sum += i % 2 === 0 ? (ODD_PLACE[digit] ?? 0) : digit;
  }
  return sum % 26 === letterAt(text, from + 8);
}
