import { digitAt, isOneOf } from '../../../checksums/character.ts';
import { isRepeated } from '../../../checksums/repeated.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of the United Kingdom. */
export const UNITED_KINGDOM: readonly Entity[] = [
  {
    id: 'uk-nhs',
    groups: ['national-id', 'health'],
    title: 'NHS number',
    shapes: [
      { form: '### ### ####', tier: 'B', check: isNhs },
      { form: '###-###-####', tier: 'B', check: isNhs },
      { form: '##########', tier: 'B', check: isNhs },
    ],
    context: ['nhs', 'nhs number', 'nhs no', 'patient number', 'h&c number', 'chi number'],
    source: 'NHS Data Model and Dictionary, NHS NUMBER (modulus 11 algorithm)',
    specimens: ['NHS number «943 476 5919»', 'nhs_number: «9434765919»', 'NHS no. «943-476-5919»'],
    counterExamples: [
      '943 476 5919',
      'NHS number 943 476 5918',
      'NHS number 94347659191',
      'nhs page f9434765-9191-4a0b-8c0d-943476591900',
    ],
  },
  {
    id: 'uk-nino',
    groups: ['national-id'],
    title: 'National Insurance number',
    shapes: [
      { form: '@@ ## ## ## @', tier: 'A', check: isNino },
      { form: '@@-##-##-##-@', tier: 'A', check: isNino },
      { form: '@@ ###### @', tier: 'B', check: isNino },
      { form: '@@######@', tier: 'B', check: isNino },
    ],
    context: ['national insurance', 'nino', 'ni number', 'ni no', 'insurance number'],
    source: 'HMRC, National Insurance Manual NIM39110: format of the National Insurance number',
    specimens: ['issued to «HH 01 23 45 D»', 'NINO: «HH012345D»', 'ni number «hh012345d»'],
    counterExamples: ['HH012345D', 'NINO HH012345E', 'NINO TN012345D', 'NINO TO 01 23 45 D'],
  },
  {
    id: 'uk-utr',
    groups: ['national-id'],
    title: 'Unique taxpayer reference',
    shapes: [
      { form: '##########', tier: 'B', check: isUtr },
      { form: '##### #####', tier: 'B', check: isUtr },
    ],
    context: ['utr', 'unique taxpayer', 'taxpayer reference', 'tax reference', 'self assessment'],
    source: 'HMRC, Unique Taxpayer Reference (modulus 11 check digit)',
    specimens: ['UTR «1955839661»', 'Unique Taxpayer Reference: «19558 39661»', 'tax reference «1955839661»'],
    counterExamples: ['1955839661', 'UTR 2955839661', 'UTR 19558396610'],
  },
];

const NHS_WEIGHTS = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1] as const;

function isNhs(text: Uint8Array): boolean {
  return weightedSum(text, 0, NHS_WEIGHTS) % 11 === 0 && !isRepeated(text, 0, 10);
}

const NEVER_IN_PREFIX = 'DFIQUV';
const PREFIXES_NOT_USED = ['BG', 'GB', 'KN', 'NK', 'NT', 'TN', 'ZZ'] as const;

function isNino(text: Uint8Array, length: number): boolean {
  if (isOneOf(text, 0, NEVER_IN_PREFIX) || isOneOf(text, 1, NEVER_IN_PREFIX) || isOneOf(text, 1, 'O')) return false;
  for (const prefix of PREFIXES_NOT_USED) {
    if (prefix.charCodeAt(0) === text[0] && prefix.charCodeAt(1) === text[1]) return false;
  }
  return isOneOf(text, length - 1, 'ABCD');
}

const UTR_WEIGHTS = [6, 7, 8, 9, 10, 5, 4, 3, 2] as const;
/** The check digit, which comes first, by the remainder of the others. */
const UTR_CHECK = [2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1] as const;

function isUtr(text: Uint8Array): boolean {
  return digitAt(text, 0) === UTR_CHECK[weightedSum(text, 1, UTR_WEIGHTS) % 11];
}
