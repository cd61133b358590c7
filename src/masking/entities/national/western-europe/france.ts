import { digitAt, letterAt, numberAt } from '../../../checksums/character.ts';
import { isLuhnValid } from '../../../checksums/luhn.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of France. */
export const FRANCE: readonly Entity[] = [
  {
    id: 'fr-nir',
    groups: ['national-id', 'health'],
    title: 'French social security number (NIR)',
    shapes: [
      { form: '# ## ## ## ### ### ##', tier: 'A', check: isNir },
      { form: '# ## ## 2@ ### ### ##', tier: 'A', check: isNir },
      { form: '#####2@########', tier: 'A', check: isNir },
      { form: '############# ##', tier: 'B', check: isNir },
      { form: '###############', tier: 'B', check: isNir },
    ],
    context: [
      'nir',
      'insee',
      'securite sociale',
      'secu',
      'numero de securite sociale',
      'num secu',
      'nss',
      'carte vitale',
      'social security',
    ],
    source: 'Code de la sécurité sociale, art. R. 161-1; INSEE, numéro d’inscription au répertoire',
    specimens: [
      'NIR «2 95 10 99 126 111 93»',
      'numéro de sécurité sociale : «295109912611193»',
      'née en Corse, «2 69 05 2B 588 157 44»',
    ],
    counterExamples: ['295109912611193', 'NIR 2 95 10 99 126 111 94', 'NIR 2 95 15 99 126 111 93', 'NIR 5 95 10 99 126 111 93'],
  },
  {
    id: 'fr-nif',
    groups: ['national-id'],
    title: 'French tax reference number (SPI)',
    shapes: [
      { form: '## ## ### ### ###', tier: 'A', check: isTaxNumber },
      { form: '#############', tier: 'B', check: isTaxNumber },
    ],
    context: ['numero fiscal', 'identifiant fiscal', 'spi', 'nif', 'impots', 'tax number', 'tax id', 'tin'],
    source: 'Direction générale des finances publiques, numéro fiscal (SPI); OECD TIN sheet France',
    specimens: ['Numéro fiscal : «30 23 217 600 053»', 'tax id «3023217600053»', 'spi=«0701987765493»'],
    counterExamples: ['3023217600053', 'numéro fiscal 30 23 217 600 054', 'numéro fiscal 9701987765432'],
  },
  {
    id: 'fr-siren',
    groups: ['national-id'],
    title: 'French enterprise number (SIREN)',
    shapes: [
      { form: '### ### ###', tier: 'B', check: isSiren },
      { form: '#########', tier: 'B', check: isSiren },
    ],
    context: ['siren', 'rcs'],
    source: 'Code de commerce, art. R. 123-221; INSEE, répertoire Sirene',
    specimens: ['SIREN «552 008 443»', 'siren: «552008443»', 'RCS Paris «552 008 443»'],
    counterExamples: ['552 008 443', 'SIREN 552 008 442', 'SIREN 5520084431'],
  },
  {
    id: 'fr-siret',
    groups: ['national-id'],
    title: 'French establishment number (SIRET)',
    shapes: [
      { form: '### ### ### #####', tier: 'B', check: isSiret },
      { form: '##############', tier: 'B', check: isSiret },
    ],
    context: ['siret'],
    source: 'Code de commerce, art. R. 123-221; INSEE, répertoire Sirene',
    specimens: ['SIRET «732 829 320 00074»', 'siret: «73282932000074»', 'La Poste, SIRET «35600000049837»'],
    counterExamples: ['73282932000074', 'SIRET 73282932000075', 'SIRET 35600000049838'],
  },
];

/** Months of birth are 01 to 12; 20 to 42 and 50 to 99 stand for a month that is not known. */
function isNirMonth(month: number): boolean {
  return (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
}

function isNir(text: Uint8Array): boolean {
  const kind = digitAt(text, 0);
  if (kind < 1 || kind > 8 || kind === 5 || kind === 6 || !isNirMonth(numberAt(text, 3, 5))) return false;
  const head = numberAt(text, 0, 5);
  const department = departmentValue(text);
  const tail = numberAt(text, 7, 13);
  if (head < 0 || department < 0 || tail < 0) return false;
  return 97 - ((head * 1e8 + department * 1e6 + tail) % 97) === numberAt(text, 13, 15);
}

/** The department of birth; Corsica's 2A and 2B count as 19 and 18. */
function departmentValue(text: Uint8Array): number {
  const letter = letterAt(text, 6);
  if (letter < 0) return numberAt(text, 5, 7);
  if (letter > 1 || digitAt(text, 5) !== 2) return -1;
  return letter === 0 ? 19 : 18;
}

function isTaxNumber(text: Uint8Array): boolean {
  const number = numberAt(text, 0, 10);
  return number > 0 && digitAt(text, 0) <= 3 && number % 511 === numberAt(text, 10, 13);
}

function isSiren(text: Uint8Array): boolean {
  return isLuhnValid(text, 0, 9) && numberAt(text, 0, 9) > 0;
}

const LA_POSTE = 356_000_000;

/** La Poste has more establishments than check digits: there, the sum of all digits is a multiple of five. */
function isSiret(text: Uint8Array): boolean {
  const siren = numberAt(text, 0, 9);
  if (siren <= 0) return false;
  if (isLuhnValid(text, 0, 14)) return isLuhnValid(text, 0, 9);
  if (siren !== LA_POSTE) return false;
  let sum = 0;
  for (let i = 0; i < 14; i++) sum += digitAt(text, i);
  return sum % 5 === 0;
}
