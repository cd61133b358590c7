import { isOneOf, letterAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Ireland. */
export const IRELAND: readonly Entity[] = [
  {
    id: 'ie-pps',
    groups: ['national-id'],
    title: 'Irish personal public service number',
    shapes: [
      { form: '#######@', tier: 'B', check: isPps },
      { form: '#######@@', tier: 'B', check: isPps },
      { form: '####### @', tier: 'B', check: isPps },
      { form: '####### @@', tier: 'B', check: isPps },
      { form: '#######-@', tier: 'B', check: isPps },
      { form: '#######-@@', tier: 'B', check: isPps },
    ],
    context: ['pps', 'ppsn', 'pps number', 'personal public service', 'uimhir psp', 'rsi', 'tax reference'],
    source: 'Social Welfare Consolidation Act 2005 s. 262; Revenue, PPSN check character',
    specimens: ['PPS number «6433435F»', 'PPSN: «6433435OA»', 'pps «6433435 F»'],
    counterExamples: ['6433435F', 'PPS number 6433435E', 'PPSN 6433435VH', 'PPSN 16433435F'],
  },
];

const WEIGHTS = [8, 7, 6, 5, 4, 3, 2] as const;
const CHECK_LETTERS = 'WABCDEFGHIJKLMNOPQRSTUV';

function isPps(text: Uint8Array, length: number): boolean {
  const second = length === 9 ? secondLetterValue(text) : 0;
  if (second < 0) return false;
  return isOneOf(text, 7, CHECK_LETTERS.charAt((weightedSum(text, 0, WEIGHTS) + 9 * second) % 23));
}

/** A to I are 1 to 9; W, T and X mark older numbers and count nothing; -1 for a letter that is none of these. */
function secondLetterValue(text: Uint8Array): number {
  if (isOneOf(text, 8, 'WTX')) return 0;
  return isOneOf(text, 8, 'ABCDEFGHI') ? letterAt(text, 8) + 1 : -1;
}
