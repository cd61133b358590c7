import type { Entity } from '../../../entity.ts';
import { isBalticPersonalCode } from './baltic-personal-code.ts';

/** Identifiers of Estonia. */
export const ESTONIA: readonly Entity[] = [
  {
    id: 'ee-isikukood',
    groups: ['national-id', 'health'],
    title: 'Estonian personal identification code',
    shapes: [{ form: '###########', tier: 'B', check: isBalticPersonalCode }],
    context: ['isikukood', 'ik', 'personal code', 'personal identification code', 'national id', 'id kood'],
    source: 'EVS 585:2007; Rahvastikuregistri seadus § 39',
    specimens: ['isikukood «36805280109»', 'Isikukood: «36805280109»', 'personal code «36805280109»'],
    counterExamples: ['36805280109', 'isikukood 36805280108', 'isikukood 36813280109', 'isikukood 368052801091'],
  },
];
