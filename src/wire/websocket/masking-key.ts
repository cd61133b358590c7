/** Bytes of a masking key. */
export const MASKING_KEY = 4;

/**
 * Bytes with the masking of a frame applied, or undone: it is its own reverse (RFC 6455 §5.3).
 * @param offset where in the payload they begin
 */
export function applyMaskingKey(bytes: Uint8Array, key: Uint8Array, offset = 0): Uint8Array {
  const applied = new Uint8Array(bytes);
  const turned = Uint8Array.from(key, (_, i) => key[(offset + i) & 3]!);
  // Four bytes at a time, in the byte order of this machine on both sides.
  const [word = 0] = new Uint32Array(turned.buffer);
  const words = new Uint32Array(applied.buffer, 0, applied.length >> 2);
  for (let i = 0; i < words.length; i++) words[i]! ^= word;
  for (let i = words.length * 4; i < applied.length; i++) applied[i]! ^= turned[i & 3]!;
  return applied;
}
