import { keccak_256 } from '@noble/hashes/sha3.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bech32, createBase58check } from '@scure/base';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { composeIBAN, countrySpecs, isValidIBAN } from 'ibantools';
import type { Random } from '../random.ts';
import { luhnCheckDigit, weighted } from './check-digits.ts';
import { makeValid } from './template.ts';

const DIGITS = '0123456789';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';

function withLuhn(body: string): string {
  return body + luhnCheckDigit(body);
}

/** Numbers as the schemes issue them; the first digits are theirs. */
export function card(random: Random, length: number): string {
  const first = random.pick(
    ({ 12: ['50'], 13: ['4'], 14: ['36', '300'], 15: ['34', '37'], 17: ['6011'], 18: ['62'], 19: ['4', '6304'] } as const)[
      length
    ] ?? ['4', '51', '2221', '6011', '3528', '65'],
  );
  return withLuhn(first + random.digits(length - first.length - 1));
}

/** Territories have IBANs of France and Finland in the registry; for Palestine and Türkiye ibantools allows more than it does. */
const NOT_AS_REGISTERED = 'AX BL GF GP MF MQ NC PF PM PS RE TF TR WF YT'.split(' ');
const IBAN_COUNTRIES = Object.keys(countrySpecs).filter(
  (country) => countrySpecs[country]?.IBANRegistry === true && !NOT_AS_REGISTERED.includes(country),
);

export function iban(random: Random): string {
  for (;;) {
    const countryCode = random.pick(IBAN_COUNTRIES);
    const pattern = countrySpecs[countryCode]?.bban_regexp ?? '';
    const bban = pattern.replaceAll(/\[([^\]]+)\]\{(\d+)\}/g, (_, set: string, count: string, at: number) => {
      // A short code at the beginning is the bank's: letters, though ibantools allows digits, too.
      const isBank = at <= 1 && Number(count) <= 4;
      return random.text(set === '0-9' ? DIGITS : set === 'A-Z' || isBank ? CAPITALS : CAPITALS + DIGITS, Number(count));
    });
    // Some countries have check digits of their own in the account.
    const composed = composeIBAN({ countryCode, bban: bban.replaceAll(/[\^$]/g, '') });
    if (composed !== null && isValidIBAN(composed)) return composed;
  }
}

export function routingNumber(random: Random): string {
  return makeValid(random, {
    template: '0########',
    isValid: (text) => Number(text.slice(0, 2)) > 0 && weighted(text, [3, 7, 1]) % 10 === 0,
  });
}

function bytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.between(0, 255));
}

export function bitcoinAddress(random: Random): string {
  if (random.chance(0.5)) return bech32.encode('bc', [0, ...bech32.toWords(bytes(random, 20))]);
  return createBase58check(sha256).encode(Uint8Array.of(random.pick([0, 5]), ...bytes(random, 20)));
}

export function ethereumAddress(random: Random): string {
  const address = random.hex(40);
  if (random.chance(0.3)) return `0x${address}`;
  const digest = keccak_256(new TextEncoder().encode(address));
  const nibble = (i: number): number => (digest[i >> 1]! >> (i % 2 === 0 ? 4 : 0)) & 15;
  return `0x${Array.from(address)
    .map((character, i) => (nibble(i) > 7 ? character.toUpperCase() : character))
    .join('')}`;
}

export function seedPhrase(random: Random): string {
  return entropyToMnemonic(bytes(random, random.pick([16, 32])), wordlist);
}

export function vin(random: Random): string {
  const letters = 'ABCDEFGHJKLMNPRSTUVWXYZ';
  const values = '12345678.12345.7.923456789';
  const value = (character: string): number =>
    /\d/.test(character) ? Number(character) : Number(values[character.charCodeAt(0) - 65]);
  const text =
    random.text(letters, 3) +
    random.text(`${letters}0123456789`, 5) +
    '0' +
    random.text(`${letters}0123456789`, 4) +
    random.digits(4);
  const sum = Array.from(text).reduce(
    (total, character, i) => total + value(character) * [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2][i]!,
    0,
  );
  const check = sum % 11;
  return text.slice(0, 8) + (check === 10 ? 'X' : String(check)) + text.slice(9);
}

export const imei = (random: Random): string => withLuhn(`35${random.digits(12)}`);
export const iccid = (random: Random, length: number): string => withLuhn(`8944${random.digits(length - 5)}`);

export function email(random: Random): string {
  const local = random.pick([
    `${random.text(LOWER, 5)}.${random.text(LOWER, 7)}`,
    `${random.text(LOWER, 6)}+${random.text(LOWER, 3)}`,
    `${random.text(LOWER, 4)}_${random.digits(2)}`,
    random.text(LOWER, 8),
  ]);
  const domain = random.pick([
    `${random.text(LOWER, 7)}.example`,
    `mail.${random.text(LOWER, 6)}.co.uk`,
    `${random.text(LOWER, 4)}-${random.text(LOWER, 4)}.org`,
    `${random.text(LOWER, 9)}.de`,
  ]);
  return `${local}@${domain}`;
}

export function internationalPhone(random: Random): string {
  const nonZero = (length: number): string => `${random.between(2, 9)}${random.digits(length - 1)}`;
  return random.pick([
    `+49 30 ${nonZero(6)}`,
    `+49${random.pick(['151', '170', '176'])}${nonZero(8)}`,
    `+44 20 ${nonZero(4)} ${random.digits(4)}`,
    `+33 ${random.pick(['1', '6', '7'])} ${nonZero(2)} ${random.digits(2)} ${random.digits(2)} ${random.digits(2)}`,
    `+1 (${nonZero(3)}) ${nonZero(3)}-${random.digits(4)}`,
    `+1-${nonZero(3)}-${nonZero(3)}-${random.digits(4)}`,
    `+31 6 ${nonZero(8)}`,
    `+48 ${nonZero(3)} ${random.digits(3)} ${random.digits(3)}`,
    `+91 ${nonZero(5)} ${random.digits(5)}`,
    `+55 11 9${random.digits(4)}-${random.digits(4)}`,
  ]);
}

export function nationalPhone(random: Random): string {
  const nonZero = (length: number): string => `${random.between(2, 9)}${random.digits(length - 1)}`;
  return random.pick([
    `030 ${nonZero(7)}`,
    `0${nonZero(3)}/${nonZero(7)}`,
    `(${nonZero(3)}) ${nonZero(3)}-${random.digits(4)}`,
    `${nonZero(3)}-${nonZero(3)}-${random.digits(4)}`,
    `020 ${nonZero(4)} ${random.digits(4)}`,
    `06 ${nonZero(2)} ${random.digits(2)} ${random.digits(2)} ${random.digits(2)}`,
    `0049 30 ${nonZero(6)}`,
  ]);
}

export function ipAddress(random: Random): string {
  const group = (): string => `${random.pick(['1', '2', 'a', 'f'])}${random.hex(random.between(0, 3))}`;
  return random.pick([
    [random.between(1, 126), random.between(0, 255), random.between(0, 255), random.between(1, 254)].join('.'),
    `2001:db8:${group()}:${group()}:${group()}:${group()}:${group()}:${group()}`,
    `2001:db8::${group()}`,
    `fe80::${group()}:${group()}:${group()}:${group()}`,
  ]);
}

export function macAddress(random: Random): string {
  const pairs = ['00', ...random.several(5, () => random.hex(2))];
  return random.pick([pairs.join(':'), pairs.join('-'), pairs.join(':').toUpperCase()]);
}
