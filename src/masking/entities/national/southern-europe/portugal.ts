import { base36At, digitAt, isOneOf } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Portugal. */
export const PORTUGAL: readonly Entity[] = [
  {
    id: 'pt-nif',
    groups: ['national-id'],
    title: 'Portuguese taxpayer number',
    shapes: [
      { form: '### ### ###', tier: 'B', check: (text) => isNif(text, 0) },
      { form: '###.###.###', tier: 'B', check: (text) => isNif(text, 0) },
      { form: '#########', tier: 'B', check: (text) => isNif(text, 0) },
      { form: 'PT#########', tier: 'A', check: (text) => isNif(text, 2) },
    ],
    context: [
      'nif',
      'contribuinte',
      'numero de contribuinte',
      'numero fiscal',
      'identificacao fiscal',
      'tax number',
      'tax id',
      'tin',
    ],
    source: 'Decreto-Lei 14/2013, art. 9; Autoridade Tributária, NIF',
    specimens: ['NIF «501 964 843»', 'contribuinte n.º «501964843»', 'em «PT501964843»'],
    counterExamples: ['501964843', 'NIF 501 964 842', 'PT501964842', 'NIF 5019648431'],
  },
  {
    id: 'pt-cartao-cidadao',
    groups: ['national-id'],
    title: 'Portuguese citizen card number',
    shapes: [
      { form: '######## # **#', tier: 'B', check: isCitizenCard },
      { form: '######## #**#', tier: 'B', check: isCitizenCard },
      { form: '#########**#', tier: 'B', check: isCitizenCard },
    ],
    context: ['cartao de cidadao', 'cartao cidadao', 'cc', 'documento de identificacao', 'citizen card', 'id card'],
    source: 'Lei 7/2007; AMA, Validação de Número de Documento do Cartão de Cidadão',
    specimens: ['Cartão de Cidadão «00000000 0 ZZ4»', 'CC: «000000000ZZ4»', 'citizen card «00000000 0ZZ4»'],
    counterExamples: ['00000000 0 ZZ4', 'CC 00000000 0 ZZ3', 'CC 10000000 0 ZZ4', 'CC 000000000ZZ41'],
  },
];

const NIF_WEIGHTS = [9, 8, 7, 6, 5, 4, 3, 2] as const;

function isNif(text: Uint8Array, from: number): boolean {
  // No range begins with 0; of those with 4 there is 45, of persons who are not resident.
  if (isOneOf(text, from, '0') || (isOneOf(text, from, '4') && !isOneOf(text, from + 1, '5'))) return false;
  const check = 11 - (weightedSum(text, from, NIF_WEIGHTS) % 11);
  return (check > 9 ? 0 : check) === digitAt(text, from + 8);
}

/** Luhn with letters as 10 to 35: every second character from the first is doubled, less nine from ten on. */
function isCitizenCard(text: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < 12; i++) {
    const value = base36At(text, i);
    const doubled = value * 2;
    if (i % 2 === 1) sum += value;
    else sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
