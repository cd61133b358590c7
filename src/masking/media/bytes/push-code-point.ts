/** Appends a code point in UTF-8; a surrogate as the three bytes that UTF-8 would give it. @source RFC 3629 §3 */
export function pushCodePoint(bytes: number[], codePoint: number): void {
  if (codePoint < 0x80) bytes.push(codePoint);
  else if (codePoint < 0x800) bytes.push(0xc0 | (codePoint >> 6), continuation(codePoint, 0));
  else if (codePoint < 0x10000) bytes.push(0xe0 | (codePoint >> 12), continuation(codePoint, 6), continuation(codePoint, 0));
  else {
    bytes.push(0xf0 | (codePoint >> 18), continuation(codePoint, 12), continuation(codePoint, 6), continuation(codePoint, 0));
  }
}

function continuation(codePoint: number, shift: number): number {
  return 0x80 | ((codePoint >> shift) & 0x3f);
}
