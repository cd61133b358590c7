import { toBytes } from '../bytes/text-bytes.ts';
import { sameBytes } from '../bytes/same-bytes.ts';
import { respell, type Spelled } from './respell.ts';

const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

/**
 * A text without its percent-encoding; a `%` that begins no byte stands for itself.
 *
 * @param isForm whether `+` stands for a space
 * @source RFC 3986 §2.1; WHATWG URL §5.1
 */
export function decodePercent(source: Uint8Array, isForm: boolean): Spelled {
  const text = new Uint8Array(source.length);
  const starts = new Uint32Array(source.length + 1);
  let length = 0;
  for (let at = 0; at < source.length; length++) {
    const byte = source[at]!;
    starts[length] = at;
    const escaped = byte === PERCENT ? hexByte(source, at + 1) : undefined;
    text[length] = escaped ?? (isForm && byte === PLUS ? SPACE : byte);
    at += escaped === undefined ? 1 : 3;
  }
  starts[length] = source.length;
  return { source, text: text.subarray(0, length), starts };
}

/** Whether a byte is written with a percent sign. */
export function hasPercent(text: Uint8Array): boolean {
  for (let at = text.indexOf(PERCENT); at >= 0; at = text.indexOf(PERCENT, at + 1)) {
    if (hexByte(text, at + 1) !== undefined) return true;
  }
  return false;
}

/** Bytes in percent-encoding, all but unreserved characters. A space is `%20`, which every reader takes for one. */
function encodePercent(bytes: Uint8Array): Uint8Array {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += /[A-Za-z0-9\-._~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return toBytes(text);
}

/** How a filtered text is spelled; see {@link respell}. */
export function respellPercent(spelled: Spelled, filtered: Uint8Array, isForm: boolean): Uint8Array {
  const result = respell(spelled, filtered, encodePercent);
  // A percent sign that stood for itself may have come to stand before two hexadecimal digits.
  return sameBytes(decodePercent(result, isForm).text, filtered) ? result : encodePercent(filtered);
}

function hexByte(bytes: Uint8Array, at: number): number | undefined {
  const high = HEX.get(bytes[at] ?? 0);
  const low = HEX.get(bytes[at + 1] ?? 0);
  return high === undefined || low === undefined ? undefined : high * 16 + low;
}

const HEX: ReadonlyMap<number, number> = new Map(
  Array.from('0123456789abcdefABCDEF', (digit) => [digit.charCodeAt(0), Number.parseInt(digit, 16)]),
);
