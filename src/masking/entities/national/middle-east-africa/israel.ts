import { numberAt } from '../../../checksums/character.ts';
import { isLuhnValid } from '../../../checksums/luhn.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Israel. */
export const ISRAEL: readonly Entity[] = [
  {
    id: 'il-teudat-zehut',
    groups: ['national-id', 'health'],
    title: 'Israeli identity number',
    shapes: [
      { form: '#########', tier: 'B', check: isIdentityNumber },
      { form: '########-#', tier: 'B', check: isIdentityNumber },
    ],
    context: ['תעודת זהות', 'מספר זהות', 'תז', 'teudat zehut', 'israeli id', 'identity number', 'id number', 'national id'],
    source: 'Population Registry Law 5725-1965; Population and Immigration Authority',
    specimens: ['תעודת זהות «039337423»', 'Teudat Zehut: «03933742-3»', 'israeli id «039337423»'],
    counterExamples: ['039337423', 'teudat zehut 039337422', 'teudat zehut 000000000', 'id number 0393374231'],
  },
];

function isIdentityNumber(text: Uint8Array): boolean {
  return numberAt(text, 0, 9) > 0 && isLuhnValid(text, 0, 9);
}
