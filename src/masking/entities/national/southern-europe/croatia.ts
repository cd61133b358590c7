import { isMod11And10Valid } from '../../../checksums/mod11-10.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Croatia. */
export const CROATIA: readonly Entity[] = [
  {
    id: 'hr-oib',
    groups: ['national-id', 'health'],
    title: 'Croatian personal identification number',
    shapes: [
      { form: '###########', tier: 'B', check: (text) => isMod11And10Valid(text, 0, 11) },
      { form: 'HR###########', tier: 'A', check: (text) => isMod11And10Valid(text, 2, 13) },
    ],
    context: ['oib', 'osobni identifikacijski broj', 'mbo', 'personal identification number', 'tax id', 'tin'],
    source: 'Zakon o osobnom identifikacijskom broju (NN 60/2008); Pravilnik NN 1/2009',
    specimens: ['OIB «33392005961»', 'OIB: «HR33392005961»', 'tax id «33392005961»'],
    counterExamples: ['33392005961', 'OIB 33392005962', 'OIB 333920059611', 'HR33392005962'],
  },
];
