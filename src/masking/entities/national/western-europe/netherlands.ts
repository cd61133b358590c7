import { numberAt } from '../../../checksums/character.ts';
import { remainder97 } from '../../../checksums/mod97.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of the Netherlands. */
export const NETHERLANDS: readonly Entity[] = [
  {
    id: 'nl-bsn',
    groups: ['national-id', 'health'],
    title: 'Dutch citizen service number',
    shapes: [
      { form: '####.##.###', tier: 'B', check: isBsn },
      { form: '### ### ###', tier: 'B', check: isBsn },
      { form: '###.###.###', tier: 'B', check: isBsn },
      { form: '#########', tier: 'B', check: isBsn },
      { form: '########', tier: 'B', check: isBsn },
    ],
    context: ['bsn', 'burgerservicenummer', 'burger service nummer', 'sofinummer', 'sofi', 'citizen service', 'persoonsnummer'],
    source: 'Wet algemene bepalingen burgerservicenummer art. 6; RvIG, Logisch ontwerp BSN (elfproef)',
    specimens: ['BSN «111222333»', 'burgerservicenummer: «1112.22.333»', 'sofinummer «40645678»'],
    counterExamples: ['111222333', 'BSN 111252333', 'BSN 000000000', 'bsn 1112223331'],
  },
  {
    id: 'nl-btw-id',
    groups: ['national-id'],
    title: 'Dutch VAT identification number',
    shapes: [
      { form: 'NL#########B##', tier: 'A', check: isVatId },
      { form: 'NL #########B##', tier: 'A', check: isVatId },
      { form: 'NL####.##.###.B##', tier: 'A', check: isVatId },
    ],
    context: ['btw', 'btw id', 'vat'],
    source: 'Wet op de omzetbelasting 1968 art. 2a; Belastingdienst, btw-identificatienummer',
    specimens: ['btw-id «NL004495445B01»', 'op «NL 004495445B01»', 'vat: «nl002455799b11»'],
    counterExamples: ['NL004495446B01', 'NL123456789B91', 'XNL004495445B01'],
  },
];

const NINE = [9, 8, 7, 6, 5, 4, 3, 2, -1] as const;
const EIGHT = [8, 7, 6, 5, 4, 3, 2, -1] as const;

function isBsn(text: Uint8Array, length: number): boolean {
  const sum = weightedSum(text, 0, length === 8 ? EIGHT : NINE);
  return sum > 0 && sum % 11 === 0;
}

/** Until 2020 that of a sole trader held the citizen service number; since then all have their own, with a mod 97 check. */
function isVatId(text: Uint8Array): boolean {
  const sum = weightedSum(text, 2, NINE);
  if (numberAt(text, 12, 14) < 1) return false;
  return (sum > 0 && sum % 11 === 0) || remainder97(text, 0, 14) === 1;
}
