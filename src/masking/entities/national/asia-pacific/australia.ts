import { digitAt, numberAt } from '../../../checksums/character.ts';
import { isRepeated } from '../../../checksums/repeated.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Australia. */
export const AUSTRALIA: readonly Entity[] = [
  {
    id: 'au-tfn',
    groups: ['national-id'],
    title: 'Australian tax file number',
    shapes: [
      { form: '### ### ###', tier: 'B', check: isTfn },
      { form: '###-###-###', tier: 'B', check: isTfn },
      { form: '#########', tier: 'B', check: isTfn },
      { form: '########', tier: 'B', check: isShortTfn },
    ],
    context: ['tfn', 'tax file number', 'tax file', 'tax id', 'tin'],
    source: 'Taxation Administration Act 1953 part VA; Australian Taxation Office, TFN algorithm',
    specimens: ['TFN «123 456 782»', 'tax file number: «123456782»', 'tfn «123-456-782»'],
    counterExamples: ['123456782', 'TFN 123 456 781', 'TFN 999 999 998', 'TFN 1234567821'],
  },
  {
    id: 'au-medicare',
    groups: ['national-id', 'health'],
    title: 'Australian Medicare card number',
    shapes: [
      { form: '#### ##### #', tier: 'B', check: isMedicare },
      { form: '#### ##### # #', tier: 'B', check: isMedicare },
      { form: '#### ##### #/#', tier: 'B', check: isMedicare },
      { form: '##########', tier: 'B', check: isMedicare },
      { form: '###########', tier: 'B', check: isMedicare },
    ],
    context: ['medicare', 'medicare card', 'medicare number', 'medicare no'],
    source: 'Services Australia; METEOR 270101, Person—government funding identifier, Medicare card number',
    specimens: ['Medicare «2123 45670 1»', 'Medicare card: «2123456701»', 'medicare no «2123 45670 1 2»'],
    counterExamples: ['2123456701', 'Medicare 2123 45671 1', 'Medicare 1123 45670 1', 'Medicare 212345670123'],
  },
  {
    id: 'au-abn',
    groups: ['national-id'],
    title: 'Australian business number',
    shapes: [
      { form: '## ### ### ###', tier: 'B', check: isAbn },
      { form: '###########', tier: 'B', check: isAbn },
    ],
    context: ['abn', 'business number', 'australian business number'],
    source: 'A New Tax System (Australian Business Number) Act 1999; ABR, format of the ABN',
    specimens: ['ABN «83 914 571 673»', 'abn: «83914571673»', 'Australian Business Number «51 824 753 556»'],
    counterExamples: ['83 914 571 673', 'ABN 83 914 571 674', 'ABN 839145716731'],
  },
  {
    id: 'au-acn',
    groups: ['national-id'],
    title: 'Australian company number',
    shapes: [
      { form: '### ### ###', tier: 'B', check: isAcn },
      { form: '#########', tier: 'B', check: isAcn },
    ],
    context: ['acn', 'company number', 'australian company number'],
    source: 'Corporations Act 2001 s. 118; ASIC, ACN check digit',
    specimens: ['ACN «004 085 616»', 'acn: «004085616»', 'Australian Company Number «010 499 966»'],
    counterExamples: ['004085616', 'ACN 004 085 617', 'ACN 0040856161'],
  },
];

const TFN_WEIGHTS = [1, 4, 3, 7, 5, 8, 6, 9, 10] as const;
const SHORT_TFN_WEIGHTS = [1, 4, 3, 7, 5, 8, 6, 9] as const;
const OTHER_SHORT_TFN_WEIGHTS = [10, 7, 8, 4, 6, 3, 5, 1] as const;

function isTfn(text: Uint8Array): boolean {
  return weightedSum(text, 0, TFN_WEIGHTS) % 11 === 0 && !isRepeated(text, 0, 9);
}

/** Older numbers have eight digits. Validators in use differ on their weights: what passes either may be one. */
function isShortTfn(text: Uint8Array): boolean {
  const isEither =
    weightedSum(text, 0, SHORT_TFN_WEIGHTS) % 11 === 0 || weightedSum(text, 0, OTHER_SHORT_TFN_WEIGHTS) % 11 === 0;
  return isEither && !isRepeated(text, 0, 8);
}

const MEDICARE_WEIGHTS = [1, 3, 7, 9, 1, 3, 7, 9] as const;

/** Eight digits, their check digit, the issue of the card, and for one of the persons on it the line. */
function isMedicare(text: Uint8Array): boolean {
  const first = digitAt(text, 0);
  return first >= 2 && first <= 6 && weightedSum(text, 0, MEDICARE_WEIGHTS) % 10 === digitAt(text, 8) && digitAt(text, 9) > 0;
}

const ABN_WEIGHTS = [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19] as const;
/** One is taken from the first digit before it is weighted. The first two are the check digits, 11 to 99. */
const ABN_FIRST_WEIGHT = 10;

function isAbn(text: Uint8Array): boolean {
  return numberAt(text, 0, 2) > 10 && (weightedSum(text, 0, ABN_WEIGHTS) - ABN_FIRST_WEIGHT) % 89 === 0;
}

const ACN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 1, 1] as const;

function isAcn(text: Uint8Array): boolean {
  const sum = weightedSum(text, 0, ACN_WEIGHTS);
  return sum > 0 && sum % 10 === 0;
}
