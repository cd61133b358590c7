import { digitAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Thailand. */
export const THAILAND: readonly Entity[] = [
  {
    id: 'th-citizen-id',
    groups: ['national-id', 'health'],
    title: 'Thai citizen identity number',
    shapes: [
      { form: '#-####-#####-##-#', tier: 'B', check: isCitizenId },
      { form: '# #### ##### ## #', tier: 'B', check: isCitizenId },
      { form: '#############', tier: 'B', check: isCitizenId },
    ],
    context: ['เลขประจำตัวประชาชน', 'บัตรประชาชน', 'citizen id', 'thai id', 'national id', 'id card', 'tax id'],
    source: 'Department of Provincial Administration; Civil Registration Act B.E. 2534',
    specimens: ['Thai ID «1-1017-00230-70-8»', 'citizen id: «1101700230708»', 'national id «1 1017 00230 70 8»'],
    counterExamples: ['1101700230708', 'citizen id 1101700230707', 'citizen id 0101700230708', 'thai id 11017002307081'],
  },
];

const WEIGHTS = [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2] as const;

function isCitizenId(text: Uint8Array): boolean {
  const first = digitAt(text, 0);
  return first >= 1 && first <= 8 && (11 - (weightedSum(text, 0, WEIGHTS) % 11)) % 10 === digitAt(text, 12);
}
