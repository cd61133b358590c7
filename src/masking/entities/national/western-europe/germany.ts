import { digitAt, letterAt, numberAt } from '../../../checksums/character.ts';
import { isMod11And10Valid } from '../../../checksums/mod11-10.ts';
import { digitSumOfWeighted } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';
import { isGermanIdCardNumber, isGermanPassportNumber } from './german-document.ts';

/** Identifiers of Germany. */
export const GERMANY: readonly Entity[] = [
  {
    id: 'de-steuer-id',
    groups: ['national-id'],
    title: 'German tax identification number',
    shapes: [
      { form: '## ### ### ###', tier: 'A', check: isTaxId },
      { form: '###########', tier: 'B', check: isTaxId },
    ],
    context: [
      'steuer id',
      'steueridentifikationsnummer',
      'steuerliche identifikationsnummer',
      'identifikationsnummer',
      'idnr',
      'id nr',
      'tax id',
      'tin',
    ],
    source: 'Abgabenordnung § 139b; Bundeszentralamt für Steuern, Prüfziffernberechnung der Identifikationsnummer',
    specimens: ['Steuer-ID: «36 574 261 809»', 'IdNr. «36574261809»', '"taxId": "«36574261809»"'],
    counterExamples: ['36574261809', 'Steuer-ID 36574261808', 'Steuer-ID 12345678901', 'Steuer-ID 365742618091'],
  },
  {
    id: 'de-steuernummer',
    groups: ['national-id'],
    title: 'German tax number of a tax office',
    shapes: [
      { form: '##/###/#####', tier: 'B' },
      { form: '###/###/#####', tier: 'B' },
      { form: '### ### #####', tier: 'B' },
    ],
    context: ['steuernummer', 'steuer nr', 'st nr', 'stnr', 'tax number'],
    source: 'Abgabenordnung § 139a; ELSTER, Prüfung der Steuer- und Steueridentifikationsnummer',
    specimens: ['Steuernummer «93/815/08152»', 'St.-Nr. «181/815/08155»', 'tax number «181 815 08155»'],
    counterExamples: ['93/815/08152', 'Steuernummer 93/815/0815', 'Pfad /93/815/08152/'],
  },
  {
    id: 'de-personalausweis',
    groups: ['national-id'],
    title: 'German identity card number',
    shapes: [
      { form: '^&&&&&&&&', tier: 'B', check: isGermanIdCardNumber },
      { form: '^&&&&&&&&#', tier: 'B', check: isGermanIdCardNumber },
    ],
    context: ['personalausweis', 'ausweis', 'ausweisnummer', 'ausweisnr', 'perso', 'identity card', 'id card'],
    source: 'Personalausweisverordnung, Anhang 1; ICAO Doc 9303-3 §4.9',
    specimens: ['Personalausweis «L01X00T47»', 'Ausweisnummer: «L01X00T471»', 'id card no. «L01X00T47»'],
    counterExamples: ['L01X00T47', 'Personalausweis L01X00T472', 'Personalausweis LAUFENDEN', 'Ausweis A01X00T47'],
  },
  {
    id: 'de-reisepass',
    groups: ['national-id'],
    title: 'German passport number',
    shapes: [
      { form: '^&&&&&&&&', tier: 'B', check: isGermanPassportNumber },
      { form: '^&&&&&&&&#', tier: 'B', check: isGermanPassportNumber },
    ],
    context: ['reisepass', 'passnummer', 'pass nr', 'passport'],
    source: 'Passverordnung, Anlage; ICAO Doc 9303-3 §4.9',
    specimens: ['Reisepass «C01X00T47»', 'Passport number: «C01X00T478»', 'Passnummer «C01X00T47»'],
    counterExamples: ['C01X00T47', 'Reisepass C01X00T479', 'Reisepass L01X00T47', 'Passport HRLNFCHNG'],
  },
  {
    id: 'de-rvnr',
    groups: ['national-id'],
    title: 'German pension insurance number',
    shapes: [
      { form: '## ###### @ ###', tier: 'A', check: isPensionInsurance },
      { form: '## ###### @ ## #', tier: 'A', check: isPensionInsurance },
      { form: '########@###', tier: 'A', check: isPensionInsurance },
    ],
    context: [
      'rvnr',
      'svnr',
      'rentenversicherungsnummer',
      'rentenversicherung',
      'sozialversicherungsnummer',
      'social security',
    ],
    source: 'SGB VI § 147; Verordnung über die Versicherungsnummer § 2',
    specimens: ['RVNR «15 070649 C 103»', 'die Nummer «15070649C103»', 'Sozialversicherungsnummer: «15070649c103»'],
    counterExamples: ['15070649C102', 'RVNR 01070649C103', 'RVNR 15071349C103', 'x15070649C103'],
  },
  {
    id: 'de-kvnr',
    groups: ['national-id', 'health'],
    title: 'German health insurance number',
    shapes: [
      { form: '@#########', tier: 'B', check: isHealthInsurance },
      { form: '@ ### ### ###', tier: 'B', check: isHealthInsurance },
    ],
    context: ['kvnr', 'krankenversichertennummer', 'versichertennummer', 'krankenkasse', 'versicherten nr', 'health insurance'],
    source: 'SGB V § 290; GKV-Spitzenverband, Richtlinie zum Aufbau der Krankenversichertennummer',
    specimens: ['KVNR «A123456780»', 'Versichertennummer: «A 123 456 780»', 'health insurance no. «a123456780»'],
    counterExamples: ['A123456780', 'KVNR A123456781', 'KVNR A1234567801'],
  },
  {
    id: 'de-ust-id',
    groups: ['national-id'],
    title: 'German VAT identification number',
    shapes: [
      { form: 'DE#########', tier: 'A', check: isVatId },
      { form: 'DE #########', tier: 'A', check: isVatId },
      { form: 'DE ### ### ###', tier: 'A', check: isVatId },
    ],
    context: ['ust id', 'ust idnr', 'umsatzsteuer', 'vat'],
    source: 'UStG § 27a; Bundeszentralamt für Steuern, Aufbau der USt-IdNr.',
    specimens: ['USt-IdNr. «DE136695976»', 'unter «DE 136 695 976»', 'vat: «de136695976»'],
    counterExamples: ['DE136695978', 'DE1366959761', 'ADE136695976'],
  },
];

function isTaxId(text: Uint8Array): boolean {
  return digitAt(text, 0) > 0 && hasOneRepeatedDigit(text) && isMod11And10Valid(text, 0, 11);
}

/** Of the first ten digits exactly one occurs twice or thrice, and never three times in a row; the others occur at most once. */
function hasOneRepeatedDigit(text: Uint8Array): boolean {
  let repeated = 0;
  for (let digit = 0; digit <= 9; digit++) {
    let count = 0;
    let run = 0;
    for (let i = 0; i < 10; i++) {
      run = digitAt(text, i) === digit ? run + 1 : 0;
      if (run > 0) count++;
      if (run === 3) return false;
    }
    if (count > 3) return false;
    if (count > 1) repeated++;
  }
  return repeated === 1;
}

const PENSION_HEAD = [2, 1, 2, 5, 7, 1, 2, 1] as const;
const PENSION_TAIL = [2, 1] as const;

/** The day of birth is not looked at: where the serial numbers of a day run out, it is none of the calendar. */
function isPensionInsurance(text: Uint8Array): boolean {
  const month = numberAt(text, 4, 6);
  if (month < 1 || month > 12 || !isPensionOffice(numberAt(text, 0, 2))) return false;
  const letter = letterAt(text, 8) + 1;
  const letterSum = Math.floor(letter / 10) * 2 + (letter % 10);
  const sum = digitSumOfWeighted(text, 0, PENSION_HEAD) + letterSum + digitSumOfWeighted(text, 9, PENSION_TAIL);
  return sum % 10 === digitAt(text, 11);
}

/** Areas of the pension insurers, present and former. */
function isPensionOffice(area: number): boolean {
  if (area >= 42) return area <= 82 || area === 89;
  if (area >= 30) return area >= 38 && area <= 40;
  return area >= 2 && (area < 5 || area > 7) && area !== 22 && area !== 27;
}

const HEALTH_WEIGHTS = [1, 2, 1, 2, 1, 2, 1, 2] as const;

/** The letter counts as the two digits of its place in the alphabet. */
function isHealthInsurance(text: Uint8Array): boolean {
  const letter = letterAt(text, 0) + 1;
  const ones = (letter % 10) * 2;
  const letterSum = Math.floor(letter / 10) + (ones > 9 ? ones - 9 : ones);
  return (letterSum + digitSumOfWeighted(text, 1, HEALTH_WEIGHTS)) % 10 === digitAt(text, 9);
}

function isVatId(text: Uint8Array): boolean {
  return digitAt(text, 2) > 0 && isMod11And10Valid(text, 2, 11);
}
