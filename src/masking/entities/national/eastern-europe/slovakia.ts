import type { Entity } from '../../../entity.ts';
import { isBirthNumber } from './birth-number.ts';

/** Identifiers of Slovakia. */
export const SLOVAKIA: readonly Entity[] = [
  {
    id: 'sk-rodne-cislo',
    groups: ['national-id', 'health'],
    title: 'Slovak birth number',
    shapes: [
      { form: '######/####', tier: 'A', check: isBirthNumber },
      { form: '######/###', tier: 'B', check: isBirthNumber },
      { form: '###### ####', tier: 'B', check: isBirthNumber },
      { form: '##########', tier: 'B', check: isBirthNumber },
      { form: '#########', tier: 'B', check: isBirthNumber },
    ],
    context: ['rodne cislo', 'rodneho cisla', 'r c', 'rc', 'cislo poistenca', 'birth number', 'national id'],
    source: 'Zákon č. 301/1995 Z. z. o rodnom čísle § 2',
    specimens: ['narodená «736028/5262»', 'rodné číslo: «7103192745»', 'rodné číslo «491231/123»'],
    counterExamples: ['7103192745', '710319/2746', '711319/2745', 'rodné číslo 71031927451'],
  },
];
