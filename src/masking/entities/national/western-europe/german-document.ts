import { base36At, digitAt, isOneOf } from '../../../checksums/character.ts';

/** Letters of German document numbers; vowels and those like digits or each other are left out. */
const ALPHABET = 'CFGHJKLMNPRTVWXYZ';
const ID_CARD_FIRST = 'LMNPRTVWXYZ';
const PASSPORT_FIRST = 'CFGHJK';
const MRZ_WEIGHTS = [7, 3, 1] as const;

/** A serial number of identity cards, alone or followed by its check digit of the machine-readable zone. */
export function isGermanIdCardNumber(text: Uint8Array, length: number): boolean {
  return isOneOf(text, 0, ID_CARD_FIRST) && isDocumentNumber(text, length);
}

/** A serial number of passports, alone or followed by its check digit of the machine-readable zone. */
export function isGermanPassportNumber(text: Uint8Array, length: number): boolean {
  return isOneOf(text, 0, PASSPORT_FIRST) && isDocumentNumber(text, length);
}

/**
 * Nine characters; a tenth is their check digit. What is printed on the card are the nine: none of them checks the others. Words
 * without vowels are rare, still a number holds a digit.
 */
function isDocumentNumber(text: Uint8Array, length: number): boolean {
  let sum = 0;
  let hasDigit = false;
  for (let i = 0; i < 9; i++) {
    const value = base36At(text, i);
    const isDigit = value < 10;
    if (!isDigit && !isOneOf(text, i, ALPHABET)) return false;
    hasDigit ||= isDigit;
    sum += value * MRZ_WEIGHTS[i % 3]!;
  }
  return hasDigit && (length === 9 || sum % 10 === digitAt(text, 9));
}
