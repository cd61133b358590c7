import { isCalendarDate } from '../../../checksums/calendar-date.ts';
import { digitAt, numberAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Poland. */
export const POLAND: readonly Entity[] = [
  {
    id: 'pl-pesel',
    groups: ['national-id', 'health'],
    title: 'Polish personal number',
    shapes: [{ form: '###########', tier: 'B', check: isPesel }],
    context: ['pesel', 'numer pesel', 'nr pesel', 'personal number', 'national id'],
    source: 'Ustawa o ewidencji ludności, art. 15; gov.pl, Czym jest numer PESEL',
    specimens: ['PESEL «44051401359»', 'nr PESEL: «44051401359»', '"pesel":"«44051401359»"'],
    counterExamples: ['44051401359', 'PESEL 44051401358', 'PESEL 44131401359', 'PESEL 440514013591'],
  },
  {
    id: 'pl-nip',
    groups: ['national-id'],
    title: 'Polish tax identification number',
    shapes: [
      { form: '###-###-##-##', tier: 'B', check: (text) => isNip(text, 0) },
      { form: '###-##-##-###', tier: 'B', check: (text) => isNip(text, 0) },
      { form: '### ### ## ##', tier: 'B', check: (text) => isNip(text, 0) },
      { form: '##########', tier: 'B', check: (text) => isNip(text, 0) },
      { form: 'PL##########', tier: 'A', check: (text) => isNip(text, 2) },
    ],
    context: ['nip', 'numer nip', 'identyfikacji podatkowej', 'tax id', 'tax number', 'tin', 'vat'],
    source: 'Ustawa o zasadach ewidencji i identyfikacji podatników, art. 2 and 8b',
    specimens: ['NIP «856-734-62-15»', 'nip: «8567346215»', 'faktura dla «PL8567346215»'],
    counterExamples: ['8567346215', 'NIP 856-734-62-16', 'PL8567346216', 'NIP 85673462151'],
  },
  {
    id: 'pl-regon',
    groups: ['national-id'],
    title: 'Polish register number of businesses',
    shapes: [
      { form: '#########', tier: 'B', check: isRegon },
      { form: '##############', tier: 'B', check: isRegon },
    ],
    context: ['regon', 'numer regon'],
    source: 'Rozporządzenie Rady Ministrów z 30 listopada 2015 r. w sprawie rejestru REGON § 8',
    specimens: ['REGON «192598184»', 'regon: «12345678512347»', 'Nr REGON «123456785»'],
    counterExamples: ['192598184', 'REGON 192598183', 'REGON 12345678512348'],
  },
];

const PESEL_WEIGHTS = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1] as const;
/** Twenty added to the month per century: none for the twentieth, then 2000, 2100, 2200, and 80 for 1800. */
const PESEL_CENTURIES = [1900, 2000, 2100, 2200, 1800] as const;

function isPesel(text: Uint8Array): boolean {
  const month = numberAt(text, 2, 4);
  const century = PESEL_CENTURIES[Math.floor(month / 20)] ?? Number.NaN;
  if (!isCalendarDate(century + numberAt(text, 0, 2), month % 20, numberAt(text, 4, 6))) return false;
  return weightedSum(text, 0, PESEL_WEIGHTS) % 10 === 0;
}

const NIP_WEIGHTS = [6, 5, 7, 2, 3, 4, 5, 6, 7] as const;

function isNip(text: Uint8Array, from: number): boolean {
  return numberAt(text, from, from + 3) > 99 && weightedSum(text, from, NIP_WEIGHTS) % 11 === digitAt(text, from + 9);
}

const REGON_WEIGHTS = [8, 9, 2, 3, 4, 5, 6, 7] as const;
const LONG_REGON_WEIGHTS = [2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8] as const;

/** Fourteen digits are a local unit of the business whose number are the first nine. */
function isRegon(text: Uint8Array, length: number): boolean {
  const sum = weightedSum(text, 0, REGON_WEIGHTS);
  if (sum === 0 || (sum % 11) % 10 !== digitAt(text, 8)) return false;
  return length === 9 || (weightedSum(text, 0, LONG_REGON_WEIGHTS) % 11) % 10 === digitAt(text, 13);
}
