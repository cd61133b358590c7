import { digitAt, numberAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Argentina. */
export const ARGENTINA: readonly Entity[] = [
  {
    id: 'ar-cuit',
    groups: ['national-id'],
    title: 'Argentine tax and labour identification (CUIT, CUIL)',
    shapes: [
      { form: '##-########-#', tier: 'A', check: isCuit },
      { form: '## ######## #', tier: 'A', check: isCuit },
      { form: '###########', tier: 'B', check: isCuit },
    ],
    context: ['cuit', 'cuil', 'cdi', 'clave unica', 'identificacion tributaria', 'tax id'],
    source: 'Resolución General AFIP 10/1997; ANSES, CUIL',
    specimens: ['empleada «20-05536168-2»', 'CUIT: «20267565393»', 'cuil «20 05536168 2»'],
    counterExamples: ['20267565393', '20-05536168-3', '10-05536168-2', 'CUIT 202675653931'],
  },
];

const KINDS = [20, 23, 24, 25, 26, 27, 30, 33, 34, 50, 51, 55] as const;
const WEIGHTS = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2] as const;

/** Eleven is written 0; with ten the authority changes the kind, so that it does not occur. */
function isCuit(text: Uint8Array): boolean {
  const kind = numberAt(text, 0, 2);
  if (!KINDS.some((known) => known === kind)) return false;
  return (11 - (weightedSum(text, 0, WEIGHTS) % 11)) % 11 === digitAt(text, 10);
}
