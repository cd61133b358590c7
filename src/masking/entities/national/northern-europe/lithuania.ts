import type { Entity } from '../../../entity.ts';
import { isBalticPersonalCode } from './baltic-personal-code.ts';

/** Identifiers of Lithuania. */
export const LITHUANIA: readonly Entity[] = [
  {
    id: 'lt-asmens-kodas',
    groups: ['national-id', 'health'],
    title: 'Lithuanian personal code',
    shapes: [{ form: '###########', tier: 'B', check: isBalticPersonalCode }],
    context: ['asmens kodas', 'asmens kodo', 'a k', 'personal code', 'national id'],
    source: 'Gyventojų registro įstatymas, art. 8',
    specimens: ['asmens kodas «33309240064»', 'Asmens kodas: «33309240064»', 'personal code «33309240064»'],
    counterExamples: ['33309240064', 'asmens kodas 33309240164', 'asmens kodas 33313240064', 'asmens kodas 333092400641'],
  },
];
