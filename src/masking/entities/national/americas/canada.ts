import { isOneOf } from '../../../checksums/character.ts';
import { isLuhnValid } from '../../../checksums/luhn.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Canada. */
export const CANADA: readonly Entity[] = [
  {
    id: 'ca-sin',
    groups: ['national-id'],
    title: 'Canadian social insurance number',
    shapes: [
      { form: '###-###-###', tier: 'B', check: isSin },
      { form: '### ### ###', tier: 'B', check: isSin },
      { form: '#########', tier: 'B', check: isSin },
    ],
    context: ['sin', 'nas', 'social insurance', 'assurance sociale', 'tax id', 'tin'],
    source: 'Service Canada, Social Insurance Number; Employment Insurance Act s. 138',
    specimens: ['SIN «123-456-782»', 'NAS : «123 456 782»', 'social insurance number «123456782»'],
    counterExamples: ['123456782', 'SIN 123-456-783', 'SIN 046-454-286', 'SIN 1234567821'],
  },
];

function isSin(text: Uint8Array): boolean {
  return !isOneOf(text, 0, '08') && isLuhnValid(text, 0, 9);
}
