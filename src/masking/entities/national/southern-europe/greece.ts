import { isDdmmyy } from '../../../checksums/calendar-date.ts';
import { digitAt } from '../../../checksums/character.ts';
import { isLuhnValid } from '../../../checksums/luhn.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Greece. */
export const GREECE: readonly Entity[] = [
  {
    id: 'gr-amka',
    groups: ['national-id', 'health'],
    title: 'Greek social security number',
    shapes: [
      { form: '###### #####', tier: 'A', check: isAmka },
      { form: '######-#####', tier: 'A', check: isAmka },
      { form: '###########', tier: 'B', check: isAmka },
    ],
    context: ['amka', 'αμκα', 'social security', 'arithmos mitroou koinonikis asfalisis', 'κοινωνικης ασφαλισης'],
    source: 'Law 3655/2008 art. 153; IDIKA, AMKA',
    specimens: ['AMKA «01013099997»', 'ΑΜΚΑ: «01013099997»', 'ασφαλισμένος «010130 99997»'],
    counterExamples: ['01013099997', 'AMKA 01013099999', 'AMKA 01133099997', 'AMKA 010130999971'],
  },
  {
    id: 'gr-afm',
    groups: ['national-id'],
    title: 'Greek tax registration number',
    shapes: [
      { form: '#########', tier: 'B', check: (text) => isAfm(text, 0) },
      { form: 'EL#########', tier: 'A', check: (text) => isAfm(text, 2) },
    ],
    context: [
      'afm',
      'αφμ',
      'α φ μ',
      'arithmos forologikou mitroou',
      'φορολογικου μητρωου',
      'tax number',
      'tax id',
      'tin',
      'vat',
    ],
    source: 'Independent Authority for Public Revenue, AFM; OECD TIN sheet Greece',
    specimens: ['AFM «094259216»', 'ΑΦΜ: «094259216»', 'VAT «EL094259216»'],
    counterExamples: ['094259216', 'AFM 094259217', 'EL094259217', 'AFM 0942592161'],
  },
];

function isAmka(text: Uint8Array): boolean {
  return isDdmmyy(text, 0) && isLuhnValid(text, 0, 11);
}

const POWERS_OF_TWO = [256, 128, 64, 32, 16, 8, 4, 2] as const;

function isAfm(text: Uint8Array, from: number): boolean {
  const sum = weightedSum(text, from, POWERS_OF_TWO);
  return sum > 0 && (sum % 11) % 10 === digitAt(text, from + 8);
}
