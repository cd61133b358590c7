import { digitAt, isOneOf, numberAt } from '../../../checksums/character.ts';
import { luhnSum } from '../../../checksums/luhn.ts';
import { isRepeated } from '../../../checksums/repeated.ts';
import { weightedSum } from '../../../checksums/weighted-sum.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of the United States. */
export const UNITED_STATES: readonly Entity[] = [
  {
    id: 'us-ssn',
    groups: ['national-id'],
    title: 'US Social Security number',
    shapes: [
      { form: '###-##-####', tier: 'B', check: isSsn },
      { form: '### ## ####', tier: 'B', check: isSsn },
      { form: '###.##.####', tier: 'B', check: isSsn },
      { form: '#########', tier: 'B', check: isSsn },
    ],
    context: [
      'ssn',
      'social security',
      'soc sec',
      'ss number',
      'ss no',
      'social',
      'tax id',
      'taxpayer id',
      'tin',
      'seguro social',
    ],
    source: 'Social Security Administration, POMS RM 10201.030 and SSN Randomization',
    specimens: ['SSN: «536-90-4399»', 'social security number «536 90 4399»', '"ssn": "«536904399»"'],
    counterExamples: ['536-90-4399', 'SSN 000-12-3456', 'SSN 666-12-3456', 'SSN 536-00-4399', 'ssn 53690439912'],
  },
  {
    id: 'us-itin',
    groups: ['national-id'],
    title: 'US individual taxpayer identification number',
    shapes: [
      { form: '9##-##-####', tier: 'B', check: isItin },
      { form: '9## ## ####', tier: 'B', check: isItin },
      { form: '9########', tier: 'B', check: isItin },
    ],
    context: ['itin', 'taxpayer identification', 'taxpayer id', 'tax id', 'tin'],
    source: 'IRS, Internal Revenue Manual 3.21.263, ITIN ranges',
    specimens: ['ITIN «912-70-1234»', 'itin: «912701234»', 'Taxpayer ID «912 99 1234»'],
    counterExamples: ['912-70-1234', 'ITIN 912-49-1234', 'ITIN 812-70-1234', 'ITIN 912-93-1234'],
  },
  {
    id: 'us-ein',
    groups: ['national-id'],
    title: 'US employer identification number',
    shapes: [
      { form: '##-#######', tier: 'B', check: isEin },
      { form: '#########', tier: 'B', check: isEin },
    ],
    context: ['ein', 'fein', 'employer identification', 'employer id', 'federal tax id'],
    source: 'IRS, How EINs are assigned and valid EIN prefixes',
    specimens: ['EIN «91-1144442»', 'Employer Identification Number: «04-2103594»', 'fein «911144442»'],
    counterExamples: ['91-1144442', 'EIN 00-3456789', 'EIN 07-3456789', 'EIN 91-11444421'],
  },
  {
    id: 'us-npi',
    groups: ['national-id', 'health'],
    title: 'US national provider identifier',
    shapes: [{ form: '##########', tier: 'B', check: isNpi }],
    context: ['npi', 'national provider', 'provider identifier', 'provider id'],
    source: '45 CFR § 162.406; CMS, NPI check digit calculation',
    specimens: ['NPI «1234567893»', 'npi: «1245319599»', 'National Provider Identifier «1234567893»'],
    counterExamples: ['1234567893', 'NPI 1234567890', 'NPI 3234567893', 'NPI 12345678931'],
  },
  {
    id: 'us-mbi',
    groups: ['national-id', 'health'],
    title: 'US Medicare beneficiary identifier',
    shapes: [
      { form: '#^&#-^&#-^^##', tier: 'A', check: isMbi },
      { form: '#^&#^&#^^##', tier: 'B', check: isMbi },
    ],
    context: ['mbi', 'medicare', 'medicare number', 'beneficiary', 'hicn'],
    source: 'CMS, Understanding the Medicare Beneficiary Identifier format',
    specimens: ['card «1EG4-TE5-MK73»', 'MBI: «1EG4TE5MK73»', 'Medicare number «1EG4-TE5-MK73»'],
    counterExamples: ['1EG4TE5MK73', '0EG4-TE5-MK73', '1SG4-TE5-MK73', 'MBI 1EG4TE5MO73'],
  },
  {
    id: 'us-dea',
    groups: ['national-id', 'health'],
    title: 'US DEA registration number',
    shapes: [
      { form: '@@#######', tier: 'B', check: isDea },
      { form: '@9#######', tier: 'B', check: isDea },
    ],
    context: ['dea', 'dea number', 'dea registration', 'drug enforcement'],
    source: '21 CFR § 1301; DEA Diversion Control Division, registration number check digit',
    specimens: ['DEA «AB1234563»', 'DEA number: «F91234563»', 'dea_registration «bb1388568»'],
    counterExamples: ['AB1234563', 'DEA AB1234564', 'DEA NB1234563', 'DEA AB12345631'],
  },
];

function isSsn(text: Uint8Array): boolean {
  const area = numberAt(text, 0, 3);
  if (area < 1 || area === 666 || area >= 900) return false;
  return numberAt(text, 3, 5) > 0 && numberAt(text, 5, 9) > 0 && !isRepeated(text, 0, 9);
}

function isItin(text: Uint8Array): boolean {
  const group = numberAt(text, 3, 5);
  return (group >= 50 && group <= 65) || (group >= 70 && group <= 99 && group !== 89 && group !== 93);
}

const PREFIXES_NOT_USED = [0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97] as const;

function isEin(text: Uint8Array): boolean {
  const prefix = numberAt(text, 0, 2);
  return !PREFIXES_NOT_USED.some((unused) => unused === prefix);
}

/** What the prefix 80840 of health cards adds to the Luhn sum of the ten digits after it. */
const CARD_PREFIX_SUM = 24;

function isNpi(text: Uint8Array): boolean {
  const first = digitAt(text, 0);
  return (first === 1 || first === 2) && (luhnSum(text, 0, 10) + CARD_PREFIX_SUM) % 10 === 0;
}

/** All but S, L, O, I, B and Z, which look like digits. */
const MBI_LETTERS = 'ACDEFGHJKMNPQRTUVWXY';
const MBI_LETTERS_AND_DIGITS = 'ACDEFGHJKMNPQRTUVWXY0123456789';

function isMbi(text: Uint8Array): boolean {
  if (digitAt(text, 0) < 1 || !isOneOf(text, 2, MBI_LETTERS_AND_DIGITS) || !isOneOf(text, 5, MBI_LETTERS_AND_DIGITS))
    return false;
  return (
    isOneOf(text, 1, MBI_LETTERS) &&
    isOneOf(text, 4, MBI_LETTERS) &&
    isOneOf(text, 7, MBI_LETTERS) &&
    isOneOf(text, 8, MBI_LETTERS)
  );
}

const DEA_REGISTRANTS = 'ABCDEFGHJKLMPRSTUX';
const DEA_WEIGHTS = [1, 2, 1, 2, 1, 2] as const;

function isDea(text: Uint8Array): boolean {
  return isOneOf(text, 0, DEA_REGISTRANTS) && weightedSum(text, 2, DEA_WEIGHTS) % 10 === digitAt(text, 8);
}
