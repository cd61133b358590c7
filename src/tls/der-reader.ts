import { fail, ok, type Result } from '../core/result.ts';

/** One element as it stands in DER. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
}

/**
 * The elements that fill `bytes` from end to end. Knows single-octet tags and definite lengths: all that X.509 uses.
 *
 * @source ITU-T X.690 §8.1
 */
export function readElements(bytes: Uint8Array): Result<readonly DerElement[], string> {
  const elements: DerElement[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const read = readElement(bytes, offset);
    if (!read.ok) return read;
    elements.push(read.value);
    offset += read.value.whole.length;
  }
  return ok(elements);
}

function readElement(bytes: Uint8Array, start: number): Result<DerElement, string> {
  const tag = bytes[start]!;
  const first = bytes[start + 1];
  if (first === undefined) return fail(`Found the end of input at offset ${start + 1}, expected a length`);
  if ((tag & 0x1f) === 0x1f) return fail(`Found a tag of several octets at offset ${start}, expected a single one`);
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthOctets > 4)
    return fail(`Found length octet ${first} at offset ${start + 1}, expected at most 0x84`);
  let length = first < 0x80 ? first : 0;
  for (let i = 0; i < lengthOctets; i++) length = length * 256 + (bytes[start + 2 + i] ?? 0);
  const contentStart = start + 2 + lengthOctets;
  const end = contentStart + length;
  if (end > bytes.length) return fail(`Found ${bytes.length - start} octets at offset ${start}, expected ${end - start}`);
  return ok({ tag, content: bytes.subarray(contentStart, end), whole: bytes.subarray(start, end) });
}
