import type { TextFilter } from '../../src/masking/text-filter.ts';

/** Makes ASCII letters upper-case: each byte on its own, nothing held back, and a copy only where something changed. */
export function upperCase(): TextFilter {
  return {
    push: (bytes) => (bytes.some(isLower) ? bytes.map((byte) => (isLower(byte) ? byte - 32 : byte)) : bytes),
    finish: () => new Uint8Array(),
  };
}

/** Holds back the last five bytes, as a filter does that waits for the end of a value. */
export function holdingFive(): TextFilter {
  let held: Uint8Array = new Uint8Array();
  return {
    push(bytes) {
      const all = Buffer.concat([held, bytes]);
      const cut = Math.max(0, all.length - 5);
      held = Uint8Array.from(all.subarray(cut));
      return all.subarray(0, cut);
    },
    finish: () => held,
  };
}

/** Breaks at its first byte, as only a defect does. */
export function broken(): TextFilter {
  return {
    push() {
      throw new TypeError('secret text that must not get into the record');
    },
    finish: () => new Uint8Array(),
  };
}

function isLower(byte: number): boolean {
  return byte >= 97 && byte <= 122;
}
