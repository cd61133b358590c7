import type { Random } from '../random.ts';
import { luhnCheckDigit } from './check-digits.ts';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const WORDS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const KINDS: readonly ((random: Random) => string)[] = [
  (random) => `${random.text(LOWER, 6)}.${random.text(LOWER, 7)}@${random.text(LOWER, 8)}.example`,
  (random) => card(random, '4', 16),
  (random) => card(random, '5500', 16).replaceAll(/(\d{4})(?=\d)/g, '$1 '),
  (random) => `+49 30 ${random.between(2, 9)}${random.digits(6)}`,
  (random) => `203.0.113.${random.between(1, 254)}`,
  (random) => `SSN ${random.between(100, 665)}-${random.between(10, 99)}-${random.between(1000, 9999)}`,
  (random) => `AKIA${random.text('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
  (random) => `ghp_${random.text(WORDS, 36)}`,
  (random) => `sk-proj-${random.text(WORDS, 48)}`,
  (random) => `xoxb-${random.digits(12)}-${random.text(WORDS, 24)}`,
  (random) => `postgres://app:${random.text(BASE58, 12)}@db.example:5432/app`,
  (random) => `${random.hex(2)}:${random.hex(2)}:${random.hex(2)}:${random.hex(2)}:${random.hex(2)}:${random.hex(2)}`,
  (random) => `0x${random.hex(40)}`,
  (random) => `{"password":"${random.text(WORDS, 12)}"}`,
];

function card(random: Random, prefix: string, length: number): string {
  const body = prefix + random.digits(length - prefix.length - 1);
  return body + luhnCheckDigit(body);
}

/** A value of one of the kinds that chats hold most. */
export function frequentValue(random: Random): string {
  return random.pick(KINDS)(random);
}
