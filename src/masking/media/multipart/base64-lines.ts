import { base64 } from '@scure/base';
import { fromBytes, toBytes } from '../bytes/text-bytes.ts';

const MAX_LINE = 76;

/**
 * The bytes that base64 content stands for; lines may be of any length.
 *
 * @returns undefined where it is no base64 or its end is missing
 * @source RFC 2045 §6.8
 */
export function decodeBase64Lines(content: Uint8Array): Uint8Array | undefined {
  const text = fromBytes(content).replace(/[\r\n\t ]+/g, '');
  return BASE64.test(text) && text.length % 4 === 0 && hasZeroTail(text) ? base64.decode(text) : undefined;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Whether the bits that padding leaves over are zero, without which two texts would stand for the same bytes. */
function hasZeroTail(text: string): boolean {
  if (text.endsWith('==')) return /[AQgw]==$/.test(text);
  return !text.endsWith('=') || /[AEIMQUYcgkosw048]=$/.test(text);
}

/** Bytes as base64 in lines of 76 characters. @source RFC 2045 §6.8 */
export function encodeBase64Lines(bytes: Uint8Array): Uint8Array {
  const lines = base64.encode(bytes).match(new RegExp(`.{1,${MAX_LINE}}`, 'g')) ?? [];
  return toBytes(lines.join('\r\n'));
}
