/** So much memory small copies share: asking for each anew costs more than masking the text it is for. */
const SHARED = 16_384;
/** Larger ones have memory of their own, so that no large piece is kept alive for long. */
const SMALL = 2048;

let memory = new Uint8Array(SHARED);
let used = 0;

/** So many bytes, whatever is in them. */
export function takeBytes(length: number): Uint8Array<ArrayBuffer> {
  if (length > SMALL) return new Uint8Array(length);
  if (used + length > SHARED) {
    memory = new Uint8Array(SHARED);
    used = 0;
  }
  const taken = memory.subarray(used, used + length);
  used += length;
  return taken;
}

/** A copy of `bytes[from]` to `bytes[to - 1]`. */
export function copyOf(bytes: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  const copy = takeBytes(to - from);
  copy.set(bytes.subarray(from, to));
  return copy;
}
