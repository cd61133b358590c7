import { digitAt } from '../../../checksums/character.ts';
import { isEan13Valid } from '../../../checksums/ean13.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Switzerland; Liechtenstein's social insurance gives out numbers of the same series. */
export const SWITZERLAND: readonly Entity[] = [
  {
    id: 'ch-ahv',
    groups: ['national-id', 'health'],
    title: 'Swiss social insurance number (AHV, AVS)',
    shapes: [
      { form: '756.####.####.##', tier: 'A', check: isAhv },
      { form: '756 #### #### ##', tier: 'A', check: isAhv },
      { form: '756-####-####-##', tier: 'A', check: isAhv },
      { form: '756##########', tier: 'B', check: isAhv },
    ],
    context: ['ahv', 'avs', 'ahvn13', 'navs', 'sozialversicherungsnummer', 'numero avs', 'social security'],
    source: 'AHVG Art. 50c; Zentrale Ausgleichsstelle, AHV-Nummer',
    specimens: ['AHV-Nr. «756.9217.0769.85»', 'die «756 9217 0769 85»', 'numéro AVS: «7569217076985»'],
    counterExamples: ['7569217076985', 'AHV 756.9217.0769.84', 'AHV 123.4567.8910.19', 'AHV 75692170769851'],
  },
  {
    id: 'ch-uid',
    groups: ['national-id'],
    title: 'Swiss enterprise identification number',
    shapes: [
      { form: 'CHE-###.###.###', tier: 'A', check: isUid },
      { form: 'CHE ### ### ###', tier: 'A', check: isUid },
      { form: 'CHE#########', tier: 'A', check: isUid },
    ],
    context: ['uid', 'ide', 'mwst', 'tva', 'iva', 'vat'],
    source: 'Bundesgesetz über die Unternehmens-Identifikationsnummer Art. 3; BFS, UID',
    specimens: ['UID «CHE-100.155.212»', 'MWST «CHE100155212»', 'unter «che-109.910.570» gemeldet'],
    counterExamples: ['CHE-100.155.211', 'CHE100155211', 'XCHE100155212'],
  },
];

function isAhv(text: Uint8Array): boolean {
  return isEan13Valid(text, 0);
}

const UID_WEIGHTS = [5, 4, 3, 2, 7, 6, 5, 4] as const;

function isUid(text: Uint8Array): boolean {
  return (weightedSum(text, 3, UID_WEIGHTS) + digitAt(text, 11)) % 11 === 0;
}
