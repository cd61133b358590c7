import { base36At, digitAt, isOneOf, letterAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Hong Kong. */
export const HONG_KONG: readonly Entity[] = [
  {
    id: 'hk-hkid',
    groups: ['national-id', 'health'],
    title: 'Hong Kong identity card number',
    shapes: [
      { form: '@######*', tier: 'B', check: isHkid },
      { form: '@@######*', tier: 'B', check: isHkid },
      { form: '@######-*', tier: 'B', check: isHkid },
      { form: '@@######-*', tier: 'B', check: isHkid },
    ],
    context: ['hkid', '身份證', '身份證號碼', 'hong kong id', 'identity card', 'id card'],
    source: 'Registration of Persons Regulations (Cap. 177A); Immigration Department',
    specimens: ['HKID «A5555550»', 'hkid: «AB9876543»', '身份證 «C567890-9»'],
    counterExamples: ['A5555550', 'HKID A5555551', 'HKID C5678908', 'HKID XA55555501'],
  },
];

const WEIGHTS = [7, 6, 5, 4, 3, 2] as const;
/** Where there is one letter alone, a blank of this value stands before it. */
const BLANK = 36;

/** Letters count 10 to 35; a check of ten is A. */
function isHkid(text: Uint8Array, length: number): boolean {
  const second = length - 8;
  if (letterAt(text, second) < 0) return false;
  const first = length === 9 ? base36At(text, 0) : BLANK;
  const check = isOneOf(text, length - 1, 'A') ? 10 : digitAt(text, length - 1);
  const sum = first * 9 + base36At(text, second) * 8 + weightedSum(text, second + 1, WEIGHTS);
  return check >= 0 && (sum + check) % 11 === 0;
}
