import { digitAt, isOneOf, letterAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Taiwan. */
export const TAIWAN: readonly Entity[] = [
  {
    id: 'tw-national-id',
    groups: ['national-id', 'health'],
    title: 'Taiwanese identity card number and resident certificate number',
    shapes: [{ form: '@#########', tier: 'B', check: isNationalId }],
    context: ['身分證', '身分證字號', '統一編號', '居留證', 'national id', 'taiwan id', 'id card', 'arc'],
    source: 'Household Registration Act art. 51; Ministry of the Interior',
    specimens: ['身分證字號 «A123456789»', 'Taiwan ID: «A200501505»', 'national id «a123456789»'],
    counterExamples: ['A123456789', 'national id A123456788', 'national id A323456789', 'Taiwan ID A1234567891'],
  },
];

/** What A to Z stand for: the places where cards were issued, in the order in which these were given letters. */
const PLACES = [
  10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33,
] as const;
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 1, 1] as const;

/** The first digit tells the sex: 1 and 2 of citizens, 8 and 9 of foreign residents. */
function isNationalId(text: Uint8Array): boolean {
  const place = PLACES[letterAt(text, 0)];
  if (place === undefined || !isOneOf(text, 1, '1289') || digitAt(text, 9) < 0) return false;
  return (Math.floor(place / 10) + (place % 10) * 9 + weightedSum(text, 1, WEIGHTS)) % 10 === 0;
}
