import { toBytes } from '../../media/bytes/text-bytes.ts';
import { CLASSES, LETTER, WORD } from '../characters/byte-classes.ts';
import { OTHER_LETTER } from '../characters/characters.ts';
import { byteSet } from '../characters/byte-set.ts';
import type { Run } from '../characters/run.ts';
import type { Report } from './report.ts';

const AT = 0x40;
const DOT = 0x2e;
const COLON = 0x3a;
const SLASH = 0x2f;
const UNDERSCORE = 0x5f;
const HYPHEN = 0x2d;
/** Beside letters and digits; those that structure URLs and queries are left out. */
const LOCAL_SIGNS = byteSet('._+~$!*-');
const LOCAL_MAX = 64;
const DOMAIN_MAX = 253;

/** Endings of file names, by their small letters: `logo@2x.png` is none. */
const FILE_ENDINGS: ReadonlySet<number> = new Set(
  'png jpg jpeg gif svg webp ico bmp css scss js mjs cjs ts tsx jsx json html htm xml yml yaml txt vue map lock'
    .split(' ')
    .map((ending) => lettersOf(toBytes(ending), 0, ending.length)),
);
/** Longer ones are no endings of file names. */
const LONGEST_ENDING = 5;
const ENCODED = 0x786e; // xn

/** Addresses of mail: a local part of dot-atoms and a name with a top-level domain (RFC 5321 §4.1.2, §4.5.3.1). */
export function findEmails({ text, length }: Run, limit: number, report: Report): void {
  for (let at = 1; at < length; at++) {
    if (text[at] !== AT) continue;
    const rawFrom = localStart(text, at);
    const from = firstOfWord(text, rawFrom, at);
    if (from < 0 || from >= limit || isUserInfo(text, rawFrom)) continue;
    const to = domainEnd(text, at + 1, length);
    if (to < 0 || (text[to] === COLON && to < length && isGit(text, from, at))) continue;
    report(from, to);
    at = to - 1;
  }
}

function localStart(text: Uint8Array, at: number): number {
  let from = at;
  while (from > 0 && at - from < LOCAL_MAX && isLocal(text[from - 1]!)) from--;
  return from;
}

/** Signs before the first letter or digit belong to what stands around the address. */
function firstOfWord(text: Uint8Array, start: number, at: number): number {
  let from = start;
  while (from < at && !isWordLike(text[from]!) && text[from] !== UNDERSCORE) from++;
  return from < at && text[at - 1] !== DOT ? from : -1;
}

function isLocal(byte: number): boolean {
  return isWordLike(byte) || LOCAL_SIGNS[byte] === 1;
}

function isWordLike(byte: number): boolean {
  return byte === OTHER_LETTER || (CLASSES[byte]! & WORD) !== 0;
}

/** Behind the last label that can be a top-level domain; -1 where there is none. */
function domainEnd(text: Uint8Array, at: number, length: number): number {
  let end = -1;
  let label = at;
  const limit = Math.min(length, at + DOMAIN_MAX);
  for (let i = at; i <= limit; i++) {
    const byte = i < limit ? text[i]! : 0;
    if (isWordLike(byte)) continue;
    if (byte === HYPHEN && i > label) {
      // It may be a dash behind the address.
      if (label > at && isTopLevel(text, label, i)) end = i;
      continue;
    }
    if (i === label) break;
    if (label > at && isTopLevel(text, label, i)) end = i;
    if (byte !== DOT) break;
    label = i + 1;
  }
  return end;
}

function isTopLevel(text: Uint8Array, from: number, to: number): boolean {
  const length = to - from;
  if (length < 2 || length > 63) return false;
  const isEncoded = ((text[from]! << 8) | text[from + 1]! | 0x2020) === ENCODED;
  for (let i = isEncoded ? to : from; i < to; i++) {
    const byte = text[i]!;
    if ((CLASSES[byte]! & LETTER) === 0 && byte !== OTHER_LETTER) return false;
  }
  return length > LONGEST_ENDING || !FILE_ENDINGS.has(lettersOf(text, from, to));
}

/** A few letters as one number, whatever their case. */
function lettersOf(text: Uint8Array, from: number, to: number): number {
  let letters = 0;
  for (let i = from; i < to; i++) letters = letters * 256 + (text[i]! | 0x20);
  return letters;
}

/** What stands before the at sign of `https://user:password@host` and `ssh://user@host` is no mailbox. */
function isUserInfo(text: Uint8Array, from: number): boolean {
  if (from > 2 && text[from - 1] === SLASH) return text[from - 2] === SLASH && text[from - 3] === COLON;
  if (from === 0 || text[from - 1] !== COLON) return false;
  for (let i = from - 2; i > 1; i--) {
    if (text[i] === SLASH) return text[i - 1] === SLASH && text[i - 2] === COLON;
  }
  return false;
}

/** `git@github.com:owner/repository` names a repository. */
function isGit(text: Uint8Array, from: number, at: number): boolean {
  return at - from === 3 && text[from] === 0x67 && text[from + 1] === 0x69 && text[from + 2] === 0x74;
}
