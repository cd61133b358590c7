import { isShortDate } from '../../../checksums/calendar-date.ts';
import { digitAt, numberAt } from '../../../checksums/character.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Hungary. */
export const HUNGARY: readonly Entity[] = [
  {
    id: 'hu-adoazonosito',
    groups: ['national-id'],
    title: 'Hungarian tax identification number of a person',
    shapes: [
      { form: '8#########', tier: 'B', check: isTaxId },
      { form: '8### ### ###', tier: 'A', check: isTaxId },
    ],
    context: ['adoazonosito', 'adoazonosito jel', 'adoszam', 'tax id', 'tax number', 'tin'],
    source: '1996. évi XX. törvény, annex 3; Nemzeti Adó- és Vámhivatal',
    specimens: ['adóazonosító jel: «8071592153»', 'tax id «8071592153»', 'dolgozó «8071 592 153»'],
    counterExamples: ['8071592153', 'adóazonosító jel 8071592154', 'adóazonosító 80715921531'],
  },
  {
    id: 'hu-szemelyi-szam',
    groups: ['national-id'],
    title: 'Hungarian personal identification number',
    shapes: [
      { form: '#-######-####', tier: 'A', check: isPersonalNumber },
      { form: '# ###### ####', tier: 'A', check: isPersonalNumber },
      { form: '###########', tier: 'B', check: isPersonalNumber },
    ],
    context: ['szemelyi szam', 'szemelyi azonosito', 'szemelyazonosito', 'personal number', 'national id'],
    source: '1996. évi XX. törvény, annexes 1 and 2',
    specimens: ['személyi szám: «1-800101-0016»', 'ügyfél «1 800101 0016»', 'személyi azonosító «18001010016»'],
    counterExamples: ['18001010016', '1-800101-0017', '1-801301-0016', 'személyi szám 180010100161'],
  },
  {
    id: 'hu-taj',
    groups: ['national-id', 'health'],
    title: 'Hungarian social security number (TAJ)',
    shapes: [
      { form: '### ### ###', tier: 'B', check: isTaj },
      { form: '###-###-###', tier: 'B', check: isTaj },
      { form: '#########', tier: 'B', check: isTaj },
    ],
    context: ['taj', 'taj szam', 'tajszam', 'tarsadalombiztositasi', 'tb szam', 'social security', 'health insurance'],
    source: '1996. évi XX. törvény, annex 4; Nemzeti Egészségbiztosítási Alapkezelő',
    specimens: ['TAJ-szám «111 111 110»', 'TAJ: «123456788»', 'társadalombiztosítási szám «123-456-788»'],
    counterExamples: ['123456788', 'TAJ 123456789', 'TAJ 1234567881'],
  },
];

const ASCENDING = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
const DESCENDING = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1] as const;

/** A remainder of ten is not given out. */
function isTaxId(text: Uint8Array): boolean {
  const sum = weightedSum(text, 0, ASCENDING) - 10 * digitAt(text, 9);
  return sum % 11 === digitAt(text, 9);
}

/** Sex and century, date of birth, serial number; the weights were turned round for those born since 1997. */
function isPersonalNumber(text: Uint8Array): boolean {
  const kind = digitAt(text, 0);
  if (kind < 1 || kind > 4) return false;
  const yearOfCentury = numberAt(text, 1, 3);
  if (!isShortDate(yearOfCentury, numberAt(text, 3, 5), numberAt(text, 5, 7))) return false;
  const isRecent = kind > 2 || yearOfCentury >= 97;
  return weightedSum(text, 0, isRecent ? DESCENDING : ASCENDING) % 11 === digitAt(text, 10);
}

const TAJ_WEIGHTS = [3, 7, 3, 7, 3, 7, 3, 7] as const;

function isTaj(text: Uint8Array): boolean {
  const sum = weightedSum(text, 0, TAJ_WEIGHTS);
  return sum > 0 && sum % 10 === digitAt(text, 8);
}
