/** The bytes of a text of ASCII letters and digits. */
export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
