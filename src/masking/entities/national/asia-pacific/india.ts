import { base36At, digitAt, isOneOf, numberAt } from '../../../checksums/character.ts';
import { isVerhoeffValid } from '../../../checksums/verhoeff.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of India. */
export const INDIA: readonly Entity[] = [
  {
    id: 'in-aadhaar',
    groups: ['national-id'],
    title: 'Indian Aadhaar number',
    shapes: [
      { form: '#### #### ####', tier: 'B', check: isAadhaar },
      { form: '####-####-####', tier: 'B', check: isAadhaar },
      { form: '############', tier: 'B', check: isAadhaar },
    ],
    context: ['aadhaar', 'aadhar', 'adhaar', 'uidai', 'uid', 'आधार'],
    source: 'Aadhaar Act 2016 s. 4; UIDAI, A UID Numbering Scheme (2010)',
    specimens: ['Aadhaar «2341 2341 2346»', 'aadhaar_number: «234123412346»', 'UIDAI «2341-2341-2346»'],
    counterExamples: [
      '2341 2341 2346',
      'Aadhaar 2341 2341 2347',
      'Aadhaar 2222 2222 2222',
      'aadhaar doc 3f2504e0-4f89-11d3-9a0c-234123412346',
    ],
  },
  {
    id: 'in-pan',
    groups: ['national-id'],
    title: 'Indian permanent account number',
    shapes: [{ form: '@@@@@####@', tier: 'B', check: (text) => isPan(text, 0) }],
    context: ['pan', 'pan card', 'pan number', 'permanent account', 'income tax', 'tax id'],
    source: 'Income-tax Act 1961 s. 139A; Income Tax Department, structure of PAN',
    specimens: ['PAN «ACUPA7085R»', 'pan_number: «AAPPV8261K»', 'Permanent Account Number «acupa7085r»'],
    counterExamples: ['ACUPA7085R', 'PAN ABMXA3211G', 'PAN ACUPA0000R', 'PAN ACUPA70851'],
  },
  {
    id: 'in-gstin',
    groups: ['national-id'],
    title: 'Indian goods and services tax number',
    shapes: [{ form: '##@@@@@####@*Z*', tier: 'A', check: isGstin }],
    context: ['gstin', 'gst', 'gst number'],
    source: 'Central Goods and Services Tax Rules 2017, rule 10',
    specimens: ['GSTIN «27AAPFU0939F1ZV»', 'invoice to «27AAPFU0939F1ZV»', 'gst: «27aapfu0939f1zv»'],
    counterExamples: ['27AAPFU0939F1ZO', '00AAPFU0939F1ZV', '27AAPXU0939F1ZV', 'X27AAPFU0939F1ZV'],
  },
];

/** The first digit is 2 to 9; numbers that read the same backwards are not given out. */
function isAadhaar(text: Uint8Array): boolean {
  return digitAt(text, 0) >= 2 && isVerhoeffValid(text, 0, 12) && !isPalindrome(text, 12);
}

function isPalindrome(text: Uint8Array, length: number): boolean {
  for (let i = 0; i < length / 2; i++) if (text[i] !== text[length - 1 - i]) return false;
  return true;
}

/** The fourth letter tells what the holder is: a person, a company, a trust … */
const PAN_HOLDERS = 'ABCFGHJKLPT';

function isPan(text: Uint8Array, from: number): boolean {
  return isOneOf(text, from + 3, PAN_HOLDERS) && numberAt(text, from + 5, from + 9) > 0;
}

/** Other territory and centre jurisdiction; the states are 1 to 38. */
const OTHER_TERRITORIES = [97, 99] as const;
const LAST_STATE = 38;

function isGstin(text: Uint8Array): boolean {
  const state = numberAt(text, 0, 2);
  const isState = (state >= 1 && state <= LAST_STATE) || OTHER_TERRITORIES.some((other) => other === state);
  if (!isState || !isPan(text, 2) || isOneOf(text, 12, '0')) return false;
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const product = base36At(text, i) * (i % 2 === 0 ? 1 : 2);
    sum += Math.floor(product / 36) + (product % 36);
  }
  return sum % 36 === 0;
}
