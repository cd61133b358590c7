import { isLuhnValid } from '../../checksums/luhn.ts';
import { continueRemainder97, remainder97 } from '../../checksums/mod97.ts';
import { weightedSum } from '../../checksums/weighted-sum.ts';
import type { Entity, Shape } from '../../entity.ts';
import { isIssued } from './card-issuers.ts';
import { IBAN_STRUCTURES } from './iban-registry.ts';

const CARD_FORMS = [
  ...Array.from({ length: 8 }, (_, i) => '#'.repeat(12 + i)),
  ...[' ', '-', '.'].flatMap((separator) =>
    [
      [4, 4, 4, 4],
      [4, 6, 5],
      [4, 6, 4],
      [4, 4, 4, 4, 3],
      [4, 4, 4, 3],
      [6, 10],
      [6, 13],
      [8, 8],
      [4, 4, 5],
    ].map((groups) => groups.map((digits) => '#'.repeat(digits)).join(separator)),
  ),
];

/** What a payment is made from or to. */
export const PAYMENT_ENTITIES: readonly Entity[] = [
  {
    id: 'payment-card',
    groups: ['payment'],
    title: 'Payment card number',
    shapes: CARD_FORMS.map((form) => ({ form, tier: 'A' as const, check: isCard })),
    tokens: [{ pattern: '[0-9]{12,19}=[0-9]{7,30}', check: isTrack2 }],
    context: [
      'card',
      'card number',
      'credit card',
      'debit card',
      'pan',
      'visa',
      'mastercard',
      'amex',
      'cc',
      'ccn',
      'kreditkarte',
      'carte',
      'tarjeta',
      'carta',
    ],
    source: 'ISO/IEC 7812-1; ISO/IEC 7813 for the track',
    specimens: [
      'card «4111111111111111» please',
      '{"text":"\\n«4111 1111 1111 1111»"}',
      '«5555-5555-5555-4444»',
      '«378282246310005»',
      'amex «3782 822463 10005»',
      '{"card":«4111111111111111»}',
      ';«4111111111111111=2512101123456789»?',
      '«4111\u200b1111\u200b1111\u200b1111»',
      '«４１１１１１１１１１１１１１１１»',
      '«4111\u00a01111\u00a01111\u00a01111»',
      '卡号«4111111111111111»谢谢',
    ],
    counterExamples: [
      '4111111111111112',
      '1234567812345670',
      '{"id":4111111111111111}',
      '41111111111111111111111',
      'a4111111111111111',
      '3.4111111111111111',
      '4111 1111 1111',
      '550e8400-e29b-4111-1111-111111111111',
    ],
  },
  {
    id: 'card-security-code',
    groups: ['payment'],
    title: 'Card security code',
    fields: [
      {
        names: ['cvv', 'cvc', 'cvv2', 'cvc2', 'cid', 'securitycode', 'cardcode', 'cardverificationvalue', 'prufziffer'],
        value: 'digits',
        min: 3,
        max: 4,
      },
    ],
    context: [],
    source: 'PCI DSS 4.0 §3.3; found by the name of its field alone',
    specimens: ['{"cvv":"«123»"}', 'CVC: «1234»', 'security_code=«999»', '{\\"cvv2\\":\\"«123»\\"}'],
    counterExamples: ['{"cvv_result":"123"}', 'cvc: match', '{"code":"123"}'],
  },
  {
    id: 'iban',
    groups: ['payment'],
    title: 'International bank account number',
    shapes: Object.entries(IBAN_STRUCTURES).flatMap(([country, structure]) => ibanShapes(country, structure)),
    context: ['iban', 'account', 'konto', 'compte', 'cuenta', 'conto'],
    source: 'ISO 13616-1; SWIFT IBAN Registry',
    specimens: [
      'to «DE89370400440532013000» now',
      '«GB29 NWBK 6016 1331 9268 19»',
      '{"iban":"«FR1420041010050500013M02606»"}',
      '«NL91ABNA0417164300»',
      '\\n«BE68 5390 0754 7034»\\n',
      'iban «de89370400440532013000»',
      '«CH93-0076-2011-6238-5295-7»',
    ],
    counterExamples: [
      'DE89370400440532013001',
      'DE8937040044053201300',
      'XX89370400440532013000',
      'DE89 3704 0044',
      'GB29NWBK60161331926819X',
    ],
  },
  {
    id: 'bic',
    groups: ['payment'],
    title: 'Business identifier code (BIC, SWIFT)',
    fields: [
      { names: ['bic', 'swift', 'swiftcode', 'biccode', 'bicswift', 'swiftbic'], value: 'word', min: 8, max: 11, check: isBic },
    ],
    context: [],
    source: 'ISO 9362; found by the name of its field alone, since any eight letters may be one',
    specimens: ['{"bic":"«DEUTDEFF»"}', 'BIC: «COBADEFFXXX»', 'swift_code=«NEDSZAJJ»'],
    counterExamples: ['DEUTDEFF', 'bic: unknown1', 'swift: language', '{"bicycle":"DEUTDEFF"}'],
  },
  {
    id: 'us-aba-routing',
    groups: ['payment'],
    title: 'ABA routing transit number',
    shapes: [{ form: '#########', tier: 'B', check: isRouting }],
    context: ['aba', 'routing', 'routing number', 'rtn', 'transit', 'ach'],
    source: 'American Bankers Association: Routing Number Policy; 12 CFR 229 Appendix A',
    specimens: ['routing number «021000021»', 'ABA «011401533»', '{"routing":"«322271627»"}'],
    counterExamples: ['routing 021000022', '021000021', 'aba 991000021'],
  },
];

function isCard(text: Uint8Array, length: number): boolean {
  return isIssued(text, length) && isLuhnValid(text, 0, length) && !isOneDigit(text, length);
}

function isOneDigit(text: Uint8Array, length: number): boolean {
  for (let i = 1; i < length; i++) if (text[i] !== text[0]) return false;
  return true;
}

const EQUALS = 0x3d;

/** Track 2: card number, `=`, expiry and service code, discretionary data. */
function isTrack2(text: Uint8Array): boolean {
  return isCard(text, text.indexOf(EQUALS));
}

/** The form as one word, and in groups of four with spaces or hyphens. */
function ibanShapes(country: string, structure: string): readonly Shape[] {
  const account = structure.replaceAll(/(\d+)([nac])/g, (_, count: string, kind: string) =>
    (kind === 'n' ? '#' : kind === 'a' ? '@' : '*').repeat(Number(count)),
  );
  const form = `${country}##${account}`;
  const groups = form.match(/.{1,4}/g) ?? [];
  return [form, groups.join(' '), groups.join('-')].map((spelling) => ({ form: spelling, tier: 'A', check: isIban }));
}

function isIban(text: Uint8Array, length: number): boolean {
  return continueRemainder97(remainder97(text, 4, length), text, 0, 4) === 1;
}

const ROUTING_WEIGHTS = [3, 7, 1, 3, 7, 1, 3, 7, 1];

function isRouting(text: Uint8Array): boolean {
  const district = (text[0]! - 0x30) * 10 + text[1]! - 0x30;
  const isDistrict =
    district <= 12 || (district >= 21 && district <= 32) || (district >= 61 && district <= 72) || district === 80;
  return isDistrict && district > 0 && weightedSum(text, 0, ROUTING_WEIGHTS) % 10 === 0;
}

const BIC = /^[A-Z]{4}[A-Z]{2}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?$/;

function isBic(text: Uint8Array): boolean {
  return BIC.test(String.fromCharCode(...text));
}
