import type { Random } from '../random.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const WORD = UPPER + LOWER + DIGITS;
const MOST_OF_ANY = 60;

/** A text that matches a pattern of the catalogue: literals, classes and counts. */
export function fromPattern(random: Random, pattern: string): string {
  const steps = pattern.matchAll(/(?:\[((?:\\.|[^\]])+)\]|\\?(.))(?:\{(\d+)(?:,(\d+))?\}|([?+]))?/g);
  let text = '';
  for (const [, set, literal, least, most, sign] of steps) {
    const characters = set === undefined ? literal! : charactersOf(set);
    const from = least === undefined ? (sign === '?' ? 0 : 1) : Number(least);
    const to = most === undefined ? (sign === '+' ? MOST_OF_ANY : Math.max(from, sign === '?' ? 1 : from)) : Number(most);
    text += random.text(characters, random.between(from, Math.min(to, from + MOST_OF_ANY)));
  }
  return text;
}

function charactersOf(set: string): string {
  return set
    .replaceAll(/([a-zA-Z0-9])-([a-zA-Z0-9])/g, (_, from: string, to: string) => {
      const first = from.charCodeAt(0);
      return String.fromCharCode(...Array.from({ length: to.charCodeAt(0) - first + 1 }, (__, i) => first + i));
    })
    .replaceAll('\\', '');
}

function base64url(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function jwt(random: Random): string {
  const header = base64url(JSON.stringify({ alg: random.pick(['HS256', 'RS256', 'ES256']), typ: 'JWT' }));
  const claims = base64url(JSON.stringify({ sub: random.digits(10), iat: 1_700_000_000 + random.between(0, 9e7) }));
  return `${header}.${claims}.${random.text(`${WORD}-_`, 43)}`;
}

export function privateKey(random: Random): string {
  const kind = random.pick(['RSA PRIVATE KEY', 'PRIVATE KEY', 'EC PRIVATE KEY', 'OPENSSH PRIVATE KEY']);
  const lines = random.several(random.between(3, 12), () => random.text(`${WORD}+/`, 64));
  return [`-----BEGIN ${kind}-----`, ...lines, `${random.text(WORD, 30)}==`, `-----END ${kind}-----`].join('\n');
}

/** What stands before the at sign; the rest of the URL is not part of the value. */
export function credentials(random: Random): string {
  return `${random.pick(['app', 'admin', 'root', 'svc-report', ''])}:${random.text(`${WORD}-_.~!`, 1)}${random.text(`${WORD}-_.~!$`, random.between(8, 24))}`;
}

/** A word with letters and digits, as keys and tokens are. */
export function opaque(random: Random, length: number): string {
  return `k${random.text(WORD, length - 2)}7`;
}

export function password(random: Random): string {
  return random.pick([
    `${random.text(LOWER, 4)}${random.digits(2)}!${random.text(UPPER, 3)}`,
    `${random.text(WORD, 14)}9x`,
    `${random.text(LOWER, 5)}-${random.text(LOWER, 6)}-${random.digits(3)}`,
  ]);
}
