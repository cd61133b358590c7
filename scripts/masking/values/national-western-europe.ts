import { isLuhn, isVerhoeff, luhnCheckDigit, weighted } from './check-digits.ts';
import { known, knownBehind } from './oracle.ts';
import type { Variant } from './template.ts';

/** Digit sums of the products, as most German and Austrian schemes have them. */
function digitSums(digits: string, weights: readonly number[]): number {
  return Array.from(digits).reduce((sum, digit, i) => {
    const product = Number(digit) * weights[i % weights.length]!;
    return sum + Math.floor(product / 10) + (product % 10);
  }, 0);
}

/** A letter as the two digits of its place in the alphabet. */
function place(letter: string): string {
  return String(letter.charCodeAt(0) - 64).padStart(2, '0');
}

/** The check digit of a document in its machine-readable zone (ICAO Doc 9303-3, 4.9). */
function isMachineReadable(text: string): boolean {
  const sum = Array.from(text.slice(0, 9)).reduce(
    (total, character, i) => total + Number.parseInt(character, 36) * [7, 3, 1][i % 3]!,
    0,
  );
  return String(sum % 10) === text[9];
}

/** Of the first ten digits one occurs twice or three times, not three times in a row, and no other more than once; stdnum allows more. */
function isIdentificationNumber(text: string): boolean {
  const counts = Array.from('0123456789').map((digit) => text.slice(0, 10).split(digit).length - 1);
  return counts.filter((count) => count > 1).length === 1 && Math.max(...counts) <= 3 && !/(.)\1\1/.test(text.slice(0, 10));
}

/** Austria, Benelux, France, Germany, Ireland, Switzerland, United Kingdom: values without separators. */
export const WESTERN_EUROPE: Readonly<Record<string, readonly Variant[]>> = {
  'at-svnr': [{ template: '1###ddmmyy', isValid: known('AT', 'vnr') }],
  'at-steuernummer': [{ template: '#########', isValid: known('AT', 'tin') }],
  'at-uid': [{ template: 'ATU########', isValid: known('AT', 'uid') }],
  // stdnum takes 98 and 99 for 1 and 2; what is subtracted from 97 is never more. Serials begin with 1.
  'be-rijksregister': [
    {
      template: 'yymmdd#####',
      isValid: (text) => text.slice(6, 9) > '000' && text.slice(9) > '00' && text.slice(9) < '98' && known('BE', 'insz')(text),
    },
  ],
  'fr-nir': [
    { template: '1yymm##########', isValid: known('FR', 'nir') },
    { template: '2yymm2A########', isValid: known('FR', 'nir') },
  ],
  'fr-nif': [{ template: '0############', isValid: known('FR', 'nif') }],
  'fr-siren': [{ template: '#########', isValid: known('FR', 'siren') }],
  'fr-siret': [{ template: '732829320#####', isValid: known('FR', 'siret') }],
  'de-steuer-id': [{ template: '3##########', isValid: (text) => isIdentificationNumber(text) && known('DE', 'idnr')(text) }],
  'de-steuernummer': [{ template: '##########' }, { template: '###########' }],
  'de-personalausweis': [{ template: 'L???????#' }, { template: 'T???????##', isValid: isMachineReadable }],
  'de-reisepass': [{ template: 'C???????#' }, { template: 'H???????##', isValid: isMachineReadable }],
  'de-rvnr': [{ template: '##ddmmyy@###', isValid: known('DE', 'svnr') }],
  'de-kvnr': [
    {
      template: '@#########',
      isValid: (text) => digitSums(place(text[0]!) + text.slice(1, 9), [1, 2]) % 10 === Number(text[9]),
    },
  ],
  'de-ust-id': [{ template: 'DE1########', isValid: known('DE', 'vat') }],
  'ie-pps': [
    { template: '#######@', isValid: known('IE', 'pps') },
    { template: '#######@A', isValid: known('IE', 'pps') },
  ],
  'lu-matricule': [
    {
      template: 'yyyymmdd#####',
      isValid: (text) => isLuhn(text.slice(0, 12)) && isVerhoeff(text.slice(0, 11) + text[12]!),
    },
  ],
  'nl-bsn': [
    { template: '#########', isValid: known('NL', 'bsn') },
    { template: '########', isValid: known('NL', 'bsn') },
  ],
  'nl-btw-id': [{ template: 'NL#########B01', isValid: known('NL', 'btw') }],
  'ch-ahv': [{ template: '756##########', isValid: known('CH', 'ssn') }],
  'ch-uid': [{ template: 'CHE#########', isValid: known('CH', 'uid') }],
  'uk-nhs': [{ template: '4#########', isValid: (text) => weighted(text, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 }],
  'uk-nino': [{ template: '@@######A', isValid: known('GB', 'nino') }],
  'uk-utr': [{ template: '##########', isValid: known('GB', 'utr') }],
  'es-dni': [{ template: '########@', isValid: known('ES', 'dni') }],
  'es-nie': [{ template: 'X#######@', isValid: known('ES', 'nie') }],
  'es-nss': [{ template: '28##########', isValid: known('ES', 'nss') }],
  'it-codice-fiscale': [{ template: '@@@@@@yyAdd@###@', isValid: known('IT', 'codicefiscale') }],
  'it-partita-iva': [
    { template: '#######015#', isValid: known('IT', 'iva') },
    { template: 'IT#######015#', isValid: knownBehind(2, 'IT', 'iva') },
  ],
  'mt-identity-card': [{ template: '#######M' }],
  'pt-nif': [
    { template: '2########', isValid: known('PT', 'nif') },
    { template: 'PT2########', isValid: knownBehind(2, 'PT', 'nif') },
  ],
  'pt-cartao-cidadao': [{ template: '#########ZZ#', isValid: known('PT', 'cc') }],
  'cy-tic': [
    { template: '########@', isValid: known('CY', 'vat') },
    { template: 'CY########@', isValid: knownBehind(2, 'CY', 'vat') },
  ],
  'gr-amka': [{ template: 'ddmmyy#####', isValid: known('GR', 'amka') }],
  'gr-afm': [
    { template: '#########', isValid: known('GR', 'vat') },
    { template: 'EL#########', isValid: knownBehind(2, 'GR', 'vat') },
  ],
};

/** Completes ten digits of a Swedish number; those of the century are not counted. */
export function swedish(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '').slice(-10);
  return luhnCheckDigit(digits.slice(0, 9)) === digits[9];
}
