import * as fc from 'fast-check';

/** The same bytes, cut at places that are chosen by the test. */
export function cutAt(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : sizes[i % sizes.length]!;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** Sizes of pieces: all of one byte, or any. */
export const SIZES = fc.oneof(fc.constant([1]), fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }));
