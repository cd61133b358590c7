import { BASE64URL, CLASSES } from '../characters/byte-classes.ts';
import type { Run } from '../characters/run.ts';

const DOT = 0x2e;
/** Characters of a header that is JSON and names an algorithm. */
export const SHORTEST_HEADER = 16;

/**
 * The end of the JSON web token, signed or encrypted (RFC 7515 §3.1, RFC 7516 §3.1), that begins with the `eyJ` at `from`: in
 * base64url that is a brace and a quote. -1 where it is none: its header has to be JSON that names an algorithm.
 * @param headerEnd where the dot behind the header stands
 */
export function jwtEnd({ text, length }: Run, from: number, headerEnd: number): number {
  if (from > 0 && (CLASSES[text[from - 1]!]! & BASE64URL) !== 0) return -1;
  if (!namesAlgorithm(text, from, headerEnd)) return -1;
  let to = headerEnd;
  while (to < length && text[to] === DOT) to = segmentEnd(text, to + 1, length);
  while (text[to - 1] === DOT) to--;
  return to <= headerEnd + 1 ? -1 : to;
}

function segmentEnd(text: Uint8Array, at: number, length: number): number {
  let i = at;
  while (i < length && (CLASSES[text[i]!]! & BASE64URL) !== 0) i++;
  return i;
}

function namesAlgorithm(text: Uint8Array, from: number, to: number): boolean {
  let decoded = '';
  let bits = 0;
  let value = 0;
  for (let i = from; i < to; i++) {
    value = (value << 6) | sextet(text[i]!);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    decoded += String.fromCharCode((value >> bits) & 0xff);
    value &= 0xff;
  }
  return decoded.includes('"alg"');
}

function sextet(byte: number): number {
  if (byte >= 0x61) return byte - 0x61 + 26;
  if (byte === 0x5f) return 63;
  if (byte >= 0x41) return byte - 0x41;
  return byte === 0x2d ? 62 : byte - 0x30 + 52;
}
