/*
 * The text of a reversible token, `EMAIL_k7v2x9rtm4bc`: a label in capitals, then always twelve symbols, of which the first
 * is a lower-case letter. So no token is a prefix of another, and where one ends needs no delimiter.
 */

/** What a token stands in place of: characters in a text, or a bare number of JSON. */
export type TokenKind = 'text' | 'number';

/** No vowels, so that no words arise; no `l`, which is read as `1`. Upper case is left to the label. */
const LETTERS = 'bcdfghjkmnpqrstvwxyz';
/** No `0` and `1`, which are read as letters. */
const SYMBOLS = `${LETTERS}23456789`;

/** Every fourth symbol is a letter: no four digits follow each other, so that no number is found in a token. */
const LETTER_EVERY = 4;

/** A regular expression for four symbols, the first of them a letter. */
export const FOUR_SYMBOLS = `[${LETTERS}][${SYMBOLS}]{${LETTER_EVERY - 1}}`;

/** Symbols after the label: 56 bits. */
export const TOKEN_SYMBOLS = 12;
/** Longest label: what an entity of the policy is named beyond it does not show in its tokens. */
export const LONGEST_LABEL = 32;
/** Characters of the longest token. */
export const LONGEST_TOKEN = LONGEST_LABEL + 1 + TOKEN_SYMBOLS;
/** Digits of a token that stands for a number. */
export const TOKEN_DIGITS = 16;

/** An entity's id as replacements show it: `payment-card` is `PAYMENT_CARD`. */
export function labelOf(entity: string): string {
  return entity.toUpperCase().replaceAll('-', '_');
}

/**
 * The text of a token.
 * @param digest at least 30 bytes, evenly distributed
 */
export function spellToken(entity: string, digest: Uint8Array, kind: TokenKind): string {
  if (kind === 'number') return spellDigits(digest, TOKEN_DIGITS);
  return `${labelOf(entity).slice(0, LONGEST_LABEL)}_${spellSymbols(digest, TOKEN_SYMBOLS)}`;
}

/**
 * A digest in symbols that people and models copy without mistakes.
 * @param digest at least `2 * length` bytes
 */
export function spellSymbols(digest: Uint8Array, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) {
    const alphabet = i % LETTER_EVERY === 0 ? LETTERS : SYMBOLS;
    text += alphabet[wordAt(digest, i) % alphabet.length]!;
  }
  return text;
}

/**
 * A digest as a decimal number: it begins with 9, as no card does, and fails the Luhn check. It is even, because readers of
 * JSON that keep numbers as doubles round odd ones of 16 digits.
 * @param digest at least `2 * length - 2` bytes
 */
export function spellDigits(digest: Uint8Array, length: number): string {
  const digits = [9];
  for (let i = 0; i < length - 2; i++) digits.push(wordAt(digest, i) % 10);
  const last = (wordAt(digest, length - 2) % 5) * 2;
  // Of all last digits exactly one passes.
  digits.push(passesLuhn([...digits, last]) ? (last + 2) % 10 : last);
  return digits.join('');
}

/** What tells a token from all others of its session: its symbols, of a number all digits. */
export function endingOf(token: string): string {
  return token.startsWith('9') ? token : token.slice(-TOKEN_SYMBOLS);
}

/** Whether symbols of a token stand from `at` on, as many as there are up to `end`; a whole body where there are enough. */
export function isTokenBody(bytes: Uint8Array, at: number, end: number): boolean {
  const stop = Math.min(end, at + TOKEN_SYMBOLS);
  for (let i = at; i < stop; i++) {
    const needed = (i - at) % LETTER_EVERY === 0 ? LETTER : SYMBOL;
    if ((ROLES[bytes[i]!]! & needed) === 0) return false;
  }
  return true;
}

/** Whether a byte may stand in the label of a token or right after it. */
export function isLabelByte(byte: number): boolean {
  return (ROLES[byte]! & LABEL) !== 0;
}

const LETTER = 1;
const SYMBOL = 2;
const LABEL = 4;

/** What a byte can be in a token. */
const ROLES: Uint8Array = rolesOfBytes();

function rolesOfBytes(): Uint8Array {
  const roles = new Uint8Array(256);
  const mark = (characters: string, role: number): void => {
    for (const character of characters) roles[character.charCodeAt(0)]! |= role;
  };
  mark(LETTERS, LETTER);
  mark(SYMBOLS, SYMBOL);
  mark('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_', LABEL);
  return roles;
}

/** 16 bits of the digest: reduced to a few dozen symbols, their bias is below one in a thousand. */
function wordAt(digest: Uint8Array, index: number): number {
  return (digest[2 * index]! << 8) | digest[2 * index + 1]!;
}

function passesLuhn(digits: readonly number[]): boolean {
  let sum = 0;
  for (const [i, digit] of digits.toReversed().entries()) {
    const weighted = i % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
