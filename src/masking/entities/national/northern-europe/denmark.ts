import { isDdmmyy } from '../../../checksums/calendar-date.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Denmark. */
export const DENMARK: readonly Entity[] = [
  {
    id: 'dk-cpr',
    groups: ['national-id', 'health'],
    title: 'Danish civil registration number',
    shapes: [
      { form: '######-####', tier: 'B', check: isCpr },
      { form: '###### ####', tier: 'B', check: isCpr },
      { form: '##########', tier: 'B', check: isCpr },
    ],
    context: ['cpr', 'cpr nr', 'cpr nummer', 'personnummer', 'civil registration', 'sygesikring'],
    source: 'CPR-loven § 3; CPR-kontoret, Personnummeret i CPR (no check digit since 2007)',
    specimens: ['CPR-nr. «211062-5629»', 'cpr: «2110625629»', 'personnummer «211062 5629»'],
    counterExamples: ['211062-5629', 'CPR 211362-5629', 'CPR 320162-5629', 'CPR 21106256291'],
  },
];

function isCpr(text: Uint8Array): boolean {
  return isDdmmyy(text, 0);
}
