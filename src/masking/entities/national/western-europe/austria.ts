import { isDdmmyy } from '../../../checksums/calendar-date.ts';
import { digitAt } from '../../../checksums/character.ts';
import { isLuhnValid } from '../../../checksums/luhn.ts';
import { digitSumOfWeighted, weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Austria. */
export const AUSTRIA: readonly Entity[] = [
  {
    id: 'at-svnr',
    groups: ['national-id', 'health'],
    title: 'Austrian social insurance number',
    shapes: [
      { form: '#### ######', tier: 'A', check: isSvnr },
      { form: '#### ## ## ##', tier: 'A', check: isSvnr },
      { form: '####-######', tier: 'A', check: isSvnr },
      { form: '##########', tier: 'B', check: isSvnr },
    ],
    context: [
      'svnr',
      'sv nummer',
      'sozialversicherungsnummer',
      'versicherungsnummer',
      'vsnr',
      'social insurance',
      'social security',
    ],
    source: 'ASVG § 31 Abs. 4; Dachverband der Sozialversicherungsträger, Versicherungsnummer',
    specimens: ['SV-Nummer: «1237 010180»', 'Karte «1237 01 01 80» liegt bei', 'svnr «1237010180»'],
    counterExamples: ['1237010180', 'SV-Nummer: 2237 010180', 'SV-Nummer: 1237 320180', 'svnr 12370101801'],
  },
  {
    id: 'at-steuernummer',
    groups: ['national-id'],
    title: 'Austrian tax account number',
    shapes: [
      { form: '##-###/####', tier: 'B', check: isTaxAccount },
      { form: '## ###/####', tier: 'B', check: isTaxAccount },
      { form: '#########', tier: 'B', check: isTaxAccount },
    ],
    context: ['steuernummer', 'abgabenkontonummer', 'st nr', 'stnr', 'tax number', 'tax id', 'tin'],
    source: 'Bundesministerium für Finanzen, Abgabenkontonummer; OECD TIN sheet Austria',
    specimens: ['Steuernummer «59-119/9013»', 'Abgabenkontonummer «59 119/9013»', 'tax id «591199013»'],
    counterExamples: ['59-119/9013', 'Steuernummer 59-119/9012', 'Steuernummer 5911990131'],
  },
  {
    id: 'at-uid',
    groups: ['national-id'],
    title: 'Austrian VAT identification number',
    shapes: [
      { form: 'ATU########', tier: 'A', check: isUid },
      { form: 'ATU ########', tier: 'A', check: isUid },
      { form: 'AT U########', tier: 'A', check: isUid },
    ],
    context: ['uid', 'umsatzsteuer', 'vat'],
    source: 'UStG 1994 Art. 28; Bundesministerium für Finanzen, construction rules of the UID',
    specimens: ['UID «ATU13585627»', 'die «ATU 13585627» gilt', 'vat: «atu13585627»'],
    counterExamples: ['ATU13585626', 'UID ATU1358562', 'XATU13585627'],
  },
];

const SVNR_WEIGHTS = [3, 7, 9, 0, 5, 8, 4, 2, 1, 6] as const;

function isSvnr(text: Uint8Array): boolean {
  return digitAt(text, 0) > 0 && weightedSum(text, 0, SVNR_WEIGHTS) % 11 === digitAt(text, 3) && isDdmmyy(text, 4);
}

function isTaxAccount(text: Uint8Array): boolean {
  return isLuhnValid(text, 0, 9) && digitAt(text, 0) + digitAt(text, 1) > 0;
}

const UID_WEIGHTS = [1, 2, 1, 2, 1, 2, 1] as const;

function isUid(text: Uint8Array): boolean {
  return (digitSumOfWeighted(text, 3, UID_WEIGHTS) + 4 + digitAt(text, 10)) % 10 === 0;
}
