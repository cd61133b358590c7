import { isOneOf } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Singapore. */
export const SINGAPORE: readonly Entity[] = [
  {
    id: 'sg-nric',
    groups: ['national-id'],
    title: 'Singapore identity card and foreign identification number (NRIC, FIN)',
    shapes: [{ form: '@#######@', tier: 'B', check: isNric }],
    context: ['nric', 'fin', 'identity card', 'identification number', 'ic number', 'ic no', 'uin', 'singpass'],
    source: 'National Registration Act 1965; Immigration & Checkpoints Authority (M series from 2022)',
    specimens: ['NRIC «S0000001I»', 'nric: «S1234567D»', 'FIN «M1234567K»'],
    counterExamples: ['S0000001I', 'NRIC S0000001J', 'NRIC A0000001I', 'NRIC S00000011I'],
  },
];

const WEIGHTS = [2, 7, 6, 5, 4, 3, 2] as const;
const CITIZEN_LETTERS = 'JZIHGFEDCBA';
const FOREIGNER_LETTERS = 'XWUTRQPNMLK';
const FOREIGNER_2022_LETTERS = 'XWUTRQPNJLK';

/** T and G, of those born or registered since 2000, add 4; M, since 2022, adds 3. */
function isNric(text: Uint8Array): boolean {
  const sum = weightedSum(text, 1, WEIGHTS);
  if (isOneOf(text, 0, 'S')) return isOneOf(text, 8, CITIZEN_LETTERS.charAt(sum % 11));
  if (isOneOf(text, 0, 'T')) return isOneOf(text, 8, CITIZEN_LETTERS.charAt((sum + 4) % 11));
  if (isOneOf(text, 0, 'F')) return isOneOf(text, 8, FOREIGNER_LETTERS.charAt(sum % 11));
  if (isOneOf(text, 0, 'G')) return isOneOf(text, 8, FOREIGNER_LETTERS.charAt((sum + 4) % 11));
  return isOneOf(text, 0, 'M') && isOneOf(text, 8, FOREIGNER_2022_LETTERS.charAt((sum + 3) % 11));
}
