import { luhnCheckDigit } from '../../masking/values/check-digits.ts';
import { Random } from '../../masking/random.ts';

const MEGABYTE = 1_000_000;

function repeated(text: string): string {
  return text.repeat(Math.ceil(MEGABYTE / text.length));
}

function lines(make: (random: Random) => string): string {
  const random = new Random(7);
  const parts: string[] = [];
  for (let length = 0; length < MEGABYTE; length += parts.at(-1)!.length) parts.push(make(random));
  return parts.join('');
}

const UNITS = [
  '@',
  'a@',
  'a@b.',
  'sk-',
  'ghp_',
  '4111 ',
  '4111-',
  '4111111111111111 ',
  'AB12 ',
  'DE12 3456 ',
  'DE89370400440532013000 ',
  '1.1.',
  '1.2.3.4 ',
  'a.',
  'a-',
  'a:',
  '::',
  '12:',
  'a1',
  'A1B2C3D4',
  '1',
  '12 ',
  '+49 ',
  '(1) ',
  'eyJ',
  'eyJ.',
  '":',
  '"a":"b",',
  '{"password":"',
  'password=',
  'password: "x" ',
  'card ',
  'ssn 123-45-6789 ',
  '\\u0040',
  '\\\\u0031',
  '%34%31',
  '\\n1',
  '\\',
  '\\"',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  'PRIVATE KEY',
  'seed phrase ',
  'seed phrase abandon abandon abandon abandon abandon abandon abandon ',
  'https://a:',
  '\u{ff14}',
  '\u00a0',
  'é1',
  '\u200b',
];

/** A megabyte each of what is as bad for the scanner as we can think of: by what it is made of. */
export const ADVERSARIAL: ReadonlyMap<string, () => string> = new Map<string, () => string>([
  ...UNITS.map((unit) => [JSON.stringify(unit), () => repeated(unit)] as const),
  ['column of valid card numbers', () => lines((random) => cardLike(random, '4', 16))],
  ['column of 13-digit Luhn numbers', () => lines((random) => cardLike(random, '7', 13))],
  ['column of 9-digit Luhn numbers', () => lines((random) => cardLike(random, '5', 9))],
  ['column of 10-digit numbers behind "nhs"', () => `nhs\n${lines((random) => `nhs ${random.digits(10)}\n`)}`],
  ['JSON array of 11-digit numbers', () => `[${lines((random) => `${random.between(1, 9)}${random.digits(10)},`)}1]`],
  ['hexadecimal digits, one line', () => new Random(3).hex(MEGABYTE)],
  ['base64, one line', () => new Random(4).text('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', MEGABYTE)],
  ['capitals and digits, one line', () => new Random(5).text('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', MEGABYTE)],
  ['groups of four capitals and digits', () => lines((random) => `${random.text('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 4)} `)],
  ['digits, one line', () => new Random(6).digits(MEGABYTE)],
  ['groups of three digits', () => lines((random) => `${random.digits(3)} `)],
  ['random printable ASCII', () => lines((random) => String.fromCharCode(random.between(32, 126)))],
]);

function cardLike(random: Random, first: string, length: number): string {
  const body = first + random.digits(length - 2);
  return `${body}${luhnCheckDigit(body)}\n`;
}
