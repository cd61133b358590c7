import { digitAt } from '../../../checksums/character.ts';
import { isRepeated } from '../../../checksums/repeated.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Japan. */
export const JAPAN: readonly Entity[] = [
  {
    id: 'jp-my-number',
    groups: ['national-id', 'health'],
    title: 'Japanese individual number (My Number)',
    shapes: [
      { form: '#### #### ####', tier: 'B', check: isMyNumber },
      { form: '####-####-####', tier: 'B', check: isMyNumber },
      { form: '############', tier: 'B', check: isMyNumber },
    ],
    context: ['マイナンバー', '個人番号', 'my number', 'individual number', 'kojin bango'],
    source: 'Act No. 27 of 2013; Ministerial Order No. 85 of 2014 (MIC) art. 5',
    specimens: ['マイナンバー «1234 5678 9018»', '個人番号: «123456789018»', 'My Number «1234-5678-9018»'],
    counterExamples: ['123456789018', 'My Number 1234 5678 9019', 'My Number 1111 1111 1111', 'My Number 1234567890181'],
  },
];

const WEIGHTS = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2] as const;

function isMyNumber(text: Uint8Array): boolean {
  const remainder = weightedSum(text, 0, WEIGHTS) % 11;
  return (remainder <= 1 ? 0 : 11 - remainder) === digitAt(text, 11) && !isRepeated(text, 0, 12);
}
