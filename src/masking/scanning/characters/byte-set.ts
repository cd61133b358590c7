/** A set of bytes: 1 for each that is in it. Once it was handed on, it is not changed any more. */
export type ByteSet = Uint8Array;

/** Every byte. */
export const ANY: ByteSet = new Uint8Array(256).fill(1);

/** The set of these characters; `a-z` is a range. */
export function byteSet(characters: string): ByteSet {
  const set = new Uint8Array(256);
  for (let i = 0; i < characters.length; i++) {
    const from = characters.charCodeAt(i);
    const isRange = characters[i + 1] === '-' && i + 2 < characters.length;
    if (isRange) i += 2;
    set.fill(1, from, characters.charCodeAt(i) + 1);
  }
  return set;
}

/** The set of exactly these characters. */
export function setOf(characters: string): ByteSet {
  const set = new Uint8Array(256);
  for (let i = 0; i < characters.length; i++) set[characters.charCodeAt(i)] = 1;
  return set;
}

const BITS = new WeakMap<ByteSet, Uint32Array>();

/** The set as 256 bits in eight words, the first byte being the lowest bit of the first word. */
export function bitsOf(set: ByteSet): Uint32Array {
  const known = BITS.get(set);
  if (known !== undefined) return known;
  const bits = new Uint32Array(8);
  for (let byte = 0; byte < 256; byte++) if (set[byte] === 1) bits[byte >> 5]! |= 1 << (byte & 31);
  BITS.set(set, bits);
  return bits;
}

/** Whether no byte is in both sets. */
export function isDisjoint(one: ByteSet, other: ByteSet): boolean {
  const bits = bitsOf(other);
  return bitsOf(one).every((word, i) => (word & bits[i]!) === 0);
}

const BYTES = new WeakMap<ByteSet, readonly number[]>();

/** The bytes that are in the set, in ascending order. */
export function bytesOf(set: ByteSet): readonly number[] {
  const known = BYTES.get(set);
  if (known !== undefined) return known;
  const bytes = [...set.keys()].filter((byte) => set[byte] === 1);
  BYTES.set(set, bytes);
  return bytes;
}
