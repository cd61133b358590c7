import { digitAt } from '../../../checksums/character.ts';
import { isRepeated } from '../../../checksums/repeated.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Brazil. */
export const BRAZIL: readonly Entity[] = [
  {
    id: 'br-cpf',
    groups: ['national-id'],
    title: 'Brazilian taxpayer number of a person',
    shapes: [
      { form: '###.###.###-##', tier: 'A', check: isCpf },
      { form: '#########-##', tier: 'A', check: isCpf },
      { form: '###########', tier: 'B', check: isCpf },
    ],
    context: ['cpf', 'cadastro de pessoas fisicas', 'cadastro de pessoa fisica', 'taxpayer', 'tax id', 'tin'],
    source: 'Instrução Normativa RFB 2172/2024; Receita Federal, CPF',
    specimens: ['cliente «390.533.447-05»', 'CPF: «39053344705»', 'cpf «231002999-81»'],
    counterExamples: ['39053344705', '390.533.447-06', '111.111.111-11', 'CPF 390533447051'],
  },
  {
    id: 'br-cnpj',
    groups: ['national-id'],
    title: 'Brazilian register number of legal entities',
    shapes: [
      { form: '&&.&&&.&&&/&&&&-##', tier: 'A', check: isCnpj },
      { form: '&&&&&&&&&&&&##', tier: 'B', check: isCnpj },
    ],
    context: ['cnpj', 'cadastro nacional da pessoa juridica', 'tax id', 'tin'],
    source: 'Instrução Normativa RFB 2119/2022, amended by 2229/2024 (letters and digits from July 2026)',
    specimens: ['empresa «16.727.230/0001-97»', 'CNPJ «16727230000197»', 'novo «12.ABC.345/01DE-35»'],
    counterExamples: ['16727230000197', '16.727.230/0001-98', '12.ABC.345/01DE-99', '00.000.000/0000-00'],
  },
];

const CPF_FIRST = [10, 9, 8, 7, 6, 5, 4, 3, 2] as const;
const CPF_SECOND = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2] as const;

function isCpf(text: Uint8Array): boolean {
  if (isRepeated(text, 0, 11)) return false;
  return (
    checkDigitOf(weightedSum(text, 0, CPF_FIRST)) === digitAt(text, 9) &&
    checkDigitOf(weightedSum(text, 0, CPF_SECOND)) === digitAt(text, 10)
  );
}

const CNPJ_FIRST = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2] as const;
const CNPJ_SECOND = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2] as const;

function isCnpj(text: Uint8Array): boolean {
  if (isRepeated(text, 0, 14)) return false;
  return (
    checkDigitOf(characterSum(text, CNPJ_FIRST)) === digitAt(text, 12) &&
    checkDigitOf(characterSum(text, CNPJ_SECOND)) === digitAt(text, 13)
  );
}

/** A remainder of zero or one is written 0. */
function checkDigitOf(sum: number): number {
  const remainder = sum % 11;
  return remainder < 2 ? 0 : 11 - remainder;
}

/** Letters count as the distance of their character from that of `0`: A is 17. */
function characterSum(text: Uint8Array, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (text[i]! - 0x30) * weights[i]!;
  return sum;
}
