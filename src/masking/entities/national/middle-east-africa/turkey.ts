import { digitAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Turkey. */
export const TURKEY: readonly Entity[] = [
  {
    id: 'tr-kimlik-no',
    groups: ['national-id', 'health'],
    title: 'Turkish identity number',
    shapes: [{ form: '###########', tier: 'B', check: isIdentityNumber }],
    context: [
      'tc kimlik',
      'kimlik no',
      'kimlik numarasi',
      'kimlik numarası',
      't c kimlik',
      'tckn',
      'national id',
      'identity number',
    ],
    source: 'Nüfus Hizmetleri Kanunu (5490) art. 46; Nüfus ve Vatandaşlık İşleri',
    specimens: ['TC Kimlik No «17291716060»', 'tckn: «17291716060»', 'kimlik numarası «10000000146»'],
    counterExamples: ['17291716060', 'TC Kimlik No 17291716050', 'TC Kimlik No 07291716060', 'tckn 172917160601'],
  },
];

/** Seven times the digits at odd places, less those at even ones. */
const TENTH = [7, -1, 7, -1, 7, -1, 7, -1, 7] as const;
const ELEVENTH = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1] as const;

function isIdentityNumber(text: Uint8Array): boolean {
  const tenth = (weightedSum(text, 0, TENTH) + 40) % 10;
  return digitAt(text, 0) > 0 && tenth === digitAt(text, 9) && weightedSum(text, 0, ELEVENTH) % 10 === digitAt(text, 10);
}
