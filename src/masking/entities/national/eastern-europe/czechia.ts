import type { Entity } from '../../../entity.ts';
import { isBirthNumber } from './birth-number.ts';

/** Identifiers of Czechia. */
export const CZECHIA: readonly Entity[] = [
  {
    id: 'cz-rodne-cislo',
    groups: ['national-id', 'health'],
    title: 'Czech birth number',
    shapes: [
      { form: '######/####', tier: 'A', check: isBirthNumber },
      { form: '######/###', tier: 'B', check: isBirthNumber },
      { form: '###### ####', tier: 'B', check: isBirthNumber },
      { form: '##########', tier: 'B', check: isBirthNumber },
      { form: '#########', tier: 'B', check: isBirthNumber },
    ],
    context: ['rodne cislo', 'rodneho cisla', 'rod cislo', 'r c', 'rc', 'cislo pojistence', 'birth number', 'national id'],
    source: 'Zákon č. 133/2000 Sb. o evidenci obyvatel § 13',
    specimens: ['narozena «710319/2745»', 'rodné číslo: «7103192745»', 'rodné číslo «491231/123»'],
    counterExamples: ['7103192745', '710319/2746', '711319/2745', 'rodné číslo 71031927451'],
  },
];
