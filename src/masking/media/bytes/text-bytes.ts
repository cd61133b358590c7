const encoder = new TextEncoder();

/** The bytes of a text in UTF-8. */
export function toBytes(text: string): Uint8Array {
  return encoder.encode(text);
}

const decoder = new TextDecoder();

/** A text in UTF-8; bytes that are none become U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** One character per byte, so that no byte is lost or folded. For names and fields, which are short. */
export function fromBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
