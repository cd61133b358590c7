import { fromBytes, toBytes } from '../bytes/text-bytes.ts';

const EQUALS = 0x3d;
const CRLF = [0x0d, 0x0a];
const MAX_LINE = 76;

/**
 * The text that quoted-printable content stands for.
 *
 * @returns undefined where a `=` begins neither a byte nor a soft line break
 * @source RFC 2045 §6.7
 */
export function decodeQuotedPrintable(content: Uint8Array): Uint8Array | undefined {
  const text: number[] = [];
  for (let at = 0; at < content.length; at++) {
    if (content[at] !== EQUALS) {
      text.push(content[at]!);
      continue;
    }
    const next = fromBytes(content.subarray(at + 1, at + 3));
    if (next !== '\r\n') {
      if (!/^[0-9A-Fa-f]{2}$/.test(next)) return undefined;
      text.push(Number.parseInt(next, 16));
    }
    at += 2;
  }
  return Uint8Array.from(text);
}

/** A text as quoted-printable content; its line breaks stay line breaks. @source RFC 2045 §6.7 */
export function encodeQuotedPrintable(text: Uint8Array): Uint8Array {
  const parts: string[] = [];
  let column = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]!;
    if (byte === CRLF[0] && text[at + 1] === CRLF[1]) {
      parts.push('\r\n');
      column = 0;
      at++;
      continue;
    }
    const isLastOfLine = at + 1 === text.length || (text[at + 1] === CRLF[0] && text[at + 2] === CRLF[1]);
    const written = isPlain(byte, isLastOfLine) ? String.fromCharCode(byte) : `=${hex(byte)}`;
    if (column + written.length > MAX_LINE - (isLastOfLine ? 0 : 1)) {
      parts.push('=\r\n');
      column = 0;
    }
    parts.push(written);
    column += written.length;
  }
  return toBytes(parts.join(''));
}

/** White space is lost at the end of a line. */
function isPlain(byte: number, isLastOfLine: boolean): boolean {
  if (byte === 0x20 || byte === 0x09) return !isLastOfLine;
  return byte > 0x20 && byte < 0x7f && byte !== EQUALS;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
