import { ANY, bytesOf, type ByteSet } from '../characters/byte-set.ts';

/** Of forms whose four bytes may be more than so many, pairs of them are looked up instead: the table must not fill. */
const MOST_SPELLINGS = 64;
const LENGTH = 4;
/** Knuth, The Art of Computer Programming, vol. 3, §6.4: the golden ratio. */
const FACTOR = 0x9e37_79b1;

/**
 * Hashes of all that four bytes may be.
 * @param sets what each of them may be; of missing ones anything
 * @returns 16 bits each, as the module hashes them; undefined where they are too many
 */
export function hashesOfFour(sets: readonly ByteSet[]): readonly number[] | undefined {
  let spellings: readonly number[] = [0];
  for (let i = 0; i < LENGTH; i++) {
    const bytes = bytesOf(sets[i] ?? ANY);
    if (spellings.length * bytes.length > MOST_SPELLINGS) return undefined;
    spellings = spellings.flatMap((four) => bytes.map((byte) => four | (byte << (8 * i))));
  }
  return spellings.map((four) => Math.imul(four, FACTOR) >>> 16);
}
