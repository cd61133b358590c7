import { toBytes } from '../../media/bytes/text-bytes.ts';
import { CLASSES, UPPER } from '../characters/byte-classes.ts';

export const BEGIN: Uint8Array = toBytes('-----BEGIN ');
export const PRIVATE_KEY: Uint8Array = toBytes('PRIVATE KEY');
/** What stands between them: the kind of the key, `ENCRYPTED`. */
const MOST_BETWEEN = 32;
const SPACE = 0x20;

/**
 * Where the line begins that announces a private key (RFC 7468 §10), if the `PRIVATE KEY` of it is at `at` and nothing in it is
 * spelt in another way; else -1.
 */
export function keyBegin(bytes: Uint8Array, at: number): number {
  if (!standsAt(PRIVATE_KEY, bytes, at)) return -1;
  for (let i = at; i >= BEGIN.length && at - i <= MOST_BETWEEN; i--) {
    if (bytes[i - 1] === SPACE && standsAt(BEGIN, bytes, i - BEGIN.length)) return i - BEGIN.length;
    const isSpace = bytes[i - 1] === SPACE;
    // Two spaces end a run.
    if ((CLASSES[bytes[isSpace ? i - 2 : i - 1]!]! & UPPER) === 0 || (isSpace && bytes[i] === SPACE)) return -1;
  }
  return -1;
}

function standsAt(word: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
  return true;
}
