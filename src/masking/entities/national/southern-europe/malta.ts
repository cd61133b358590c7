import { isOneOf, numberAt } from '../../../checksums/character.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Malta. */
export const MALTA: readonly Entity[] = [
  {
    id: 'mt-identity-card',
    groups: ['national-id', 'health'],
    title: 'Maltese identity card number, the tax number of nationals',
    shapes: [
      { form: '#######@', tier: 'B', check: isIdentityCard },
      { form: '####### @', tier: 'B', check: isIdentityCard },
    ],
    context: [
      'identity card',
      'id card',
      'karta tal identita',
      'karta ta l identita',
      'id number',
      'tax id',
      'tin',
      'national id',
    ],
    source: 'Identity Card and other Identity Documents Act (cap. 258); OECD TIN sheet Malta',
    specimens: ['ID card «0123456M»', 'karta tal-identità: «0123456 G»', 'national id «0034581M»'],
    counterExamples: ['0123456M', 'ID card 0123456X', 'ID card 0000000M', 'id card 10123456M'],
  },
];

/** The letter tells the register; there is no check digit. */
function isIdentityCard(text: Uint8Array): boolean {
  return isOneOf(text, 7, 'MGAPLHBZ') && numberAt(text, 0, 7) > 0;
}
