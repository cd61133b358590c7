import { pushCodePoint } from '../bytes/push-code-point.ts';
import { fromBytes, toBytes } from '../bytes/text-bytes.ts';
import type { JsonString } from './json-value.ts';

const BACKSLASH = 0x5c;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of a string literal. */
export function decodeString(bytes: Uint8Array, literal: JsonString): string {
  const text = unescapeString(bytes, literal);
  return text.every((byte) => byte < 0x80) ? fromBytes(text) : decoder.decode(text);
}

/**
 * The text of a string literal in UTF-8; a view where nothing is escaped. A surrogate that stands alone, as one half of a
 * pair that a delta cut in two does, becomes the three bytes that UTF-8 would give it, so that {@link escapeString} can bring
 * it back.
 *
 * @source RFC 8259 §7; WTF-8 for lone surrogates
 */
export function unescapeString(bytes: Uint8Array, literal: JsonString): Uint8Array {
  const end = literal.end - 1;
  let at = literal.start + 1;
  const inner = bytes.subarray(at, end);
  if (!inner.includes(BACKSLASH)) return inner;
  const text: number[] = [];
  while (at < end) {
    const byte = bytes[at]!;
    if (byte !== BACKSLASH) {
      text.push(byte);
      at++;
    } else if (bytes[at + 1] === 0x75) {
      const [codePoint, length] = unicodeEscape(bytes, at, end);
      pushCodePoint(text, codePoint);
      at += length;
    } else {
      const character = bytes[at + 1]!;
      text.push(SHORT.get(character) ?? character);
      at += 2;
    }
  }
  return Uint8Array.from(text);
}

const SHORT: ReadonlyMap<number, number> = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);

function unicodeEscape(bytes: Uint8Array, at: number, end: number): readonly [codePoint: number, length: number] {
  const first = hex(bytes, at + 2);
  const isHigh = first >= 0xd800 && first <= 0xdbff;
  const second = isHigh && at + 12 <= end && bytes[at + 6] === BACKSLASH && bytes[at + 7] === 0x75 ? hex(bytes, at + 8) : 0;
  const isPair = second >= 0xdc00 && second <= 0xdfff;
  return isPair ? [0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), 12] : [first, 6];
}

function hex(bytes: Uint8Array, at: number): number {
  return Number.parseInt(fromBytes(bytes.subarray(at, at + 4)), 16);
}

/** A string literal, quotes included, of a text in UTF-8. */
export function escapeString(text: Uint8Array): Uint8Array {
  const literal: number[] = [0x22];
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]!;
    if (byte === 0x22 || byte === BACKSLASH) literal.push(BACKSLASH, byte);
    else if (byte < 0x20) literal.push(...toBytes(JSON.stringify(String.fromCharCode(byte)).slice(1, -1)));
    else if (byte === 0xed && text[at + 1]! >= 0xa0) {
      const surrogate = 0xd000 | ((text[at + 1]! & 0x3f) << 6) | (text[at + 2]! & 0x3f);
      literal.push(...toBytes(`\\u${surrogate.toString(16)}`));
      at += 2;
    } else literal.push(byte);
  }
  literal.push(0x22);
  return Uint8Array.from(literal);
}
