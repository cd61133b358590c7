import { sha256 } from '@noble/hashes/sha2.js';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { setOf } from '../characters/byte-set.ts';
import { CLASSES, LETTER } from '../characters/byte-classes.ts';
import { WordTable } from './word-table.ts';

const POSITIONS = new WordTable(new Map(wordlist.map((word, position) => [word, position])));
/** Lengths of a phrase, longest first (BIP-39). */
const LENGTHS = [24, 21, 18, 15, 12] as const;
/** Words of the list one after another, no more of them than a phrase and some of the sentence that follows. */
const MOST_WORDS = 32;
const LONGEST_WORD = 8;
/** Words between the one that announces a phrase and the phrase. */
const FILLERS = new WordTable(
  new Map(
    'is was are words word my the wallet recovery phrase seed backup mnemonic secret n r t'.split(' ').map((word) => [word, 0]),
  ),
);
const MOST_FILLERS = 6;
/** What may stand before the first word, beside spaces. */
const LEADS = setOf(' _:="\'`\\\n\r\t*(-[');

/** So many of them; what comes behind a wall of spaces is not waited for. */
const MOST_LEADS = 64;

/** What stands behind a word that announces a seed phrase; `listTo`: words of the list up to there, too many for a phrase. */
export type SeedPhrase = { readonly start: number; readonly end: number } | { readonly listTo: number } | 'none' | 'starved';

/** Reads the seed phrase (BIP-39, English list) that is announced by the word that ends at `at`. */
export function readSeedPhrase(bytes: Uint8Array, at: number, end: number, isFinal: boolean): SeedPhrase {
  let start = at;
  for (let fillers = 0; fillers <= MOST_FILLERS; fillers++) {
    const limit = Math.min(end, start + MOST_LEADS);
    while (start < limit && LEADS[bytes[start]!] === 1) start++;
    const wordEnd = endOfWord(bytes, start, end);
    if (wordEnd >= end && !isFinal) return 'starved';
    const isFiller = FILLERS.get(bytes, start, wordEnd) !== undefined;
    const found = phraseAt(bytes, start, end, isFinal);
    if (found !== 'none' || !isFiller) return found;
    start = wordEnd;
  }
  return 'none';
}

/** Whether a text is a seed phrase and nothing else. */
export function isSeedPhrase(bytes: Uint8Array): boolean {
  const found = phraseAt(bytes, 0, bytes.length, true);
  return typeof found === 'object' && 'end' in found && found.end === bytes.length;
}

function phraseAt(bytes: Uint8Array, start: number, end: number, isFinal: boolean): SeedPhrase {
  const positions: number[] = [];
  const ends: number[] = [];
  let i = start;
  while (positions.length <= MOST_WORDS) {
    const wordEnd = endOfWord(bytes, i, end);
    if (wordEnd >= end && !isFinal) return 'starved';
    const position = POSITIONS.get(bytes, i, wordEnd);
    if (position === undefined) break;
    positions.push(position);
    ends.push(wordEnd);
    if (bytes[wordEnd] !== 0x20) break;
    i = wordEnd + 1;
  }
  // A list of words, not a phrase: to try every part of it would cost more than reading it.
  if (positions.length > MOST_WORDS) return { listTo: ends.at(-1)! };
  const length = LENGTHS.find((count) => count <= positions.length && hasChecksum(positions.slice(0, count)));
  return length === undefined ? 'none' : { start, end: ends[length - 1]! };
}

function endOfWord(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && i - at <= LONGEST_WORD && (CLASSES[bytes[i]!]! & LETTER) !== 0) i++;
  return i;
}

/** Eleven bits a word; the last of them are the first of the digest of all others. */
function hasChecksum(positions: readonly number[]): boolean {
  const checksum = (positions.length * 11) / 33;
  const entropy = new Uint8Array((positions.length * 11 - checksum) / 8);
  let bits = 0;
  let value = 0;
  let filled = 0;
  for (const position of positions) {
    value = (value << 11) | position;
    bits += 11;
    while (bits >= 8 && filled < entropy.length) {
      bits -= 8;
      entropy[filled++] = (value >> bits) & 0xff;
    }
    value &= (1 << bits) - 1;
  }
  return value === sha256(entropy)[0]! >> (8 - checksum);
}
