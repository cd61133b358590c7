/**
 * Writes the part of DER (ITU-T X.690) that certificates need: every function yields one complete element. It reads
 * nothing; `der-reader.ts` does.
 */

/** One encoded element: tag, length and content. */
export type Der = Uint8Array<ArrayBuffer>;

/** An element of any tag; `content` is joined in order. */
export function element(tag: number, ...content: readonly Uint8Array[]): Der {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const header = [tag, ...lengthOctets(length)];
  const bytes = new Uint8Array(header.length + length);
  bytes.set(header);
  let offset = header.length;
  for (const part of content) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

// X.690 §8.1.3: up to 127 in one octet, longer ones behind the number of their octets, shortest form only.
function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

export function sequence(...content: readonly Uint8Array[]): Der {
  return element(0x30, ...content);
}

export function set(...content: readonly Uint8Array[]): Der {
  return element(0x31, ...content);
}

/** `[n]` around whole elements. */
export function explicit(n: number, ...content: readonly Uint8Array[]): Der {
  return element(0xa0 | n, ...content);
}

/** `[n]` in place of a primitive element's own tag. */
export function implicit(n: number, content: Uint8Array): Der {
  return element(0x80 | n, content);
}

export function boolean(value: boolean): Der {
  return element(0x01, Uint8Array.of(value ? 0xff : 0x00));
}

/** A non-negative INTEGER from its big-endian magnitude, in the shortest form (X.690 §8.3.2). */
export function unsignedInteger(magnitude: Uint8Array): Der {
  const first = magnitude.findIndex((octet) => octet !== 0);
  if (first === -1) return element(0x02, Uint8Array.of(0));
  const significant = magnitude.subarray(first);
  // A leading one bit would read as a negative number.
  return significant[0]! >= 0x80 ? element(0x02, Uint8Array.of(0), significant) : element(0x02, significant);
}

export function octetString(content: Uint8Array): Der {
  return element(0x04, content);
}

/** A BIT STRING whose last `unused` bits do not count. */
export function bitString(content: Uint8Array, unused = 0): Der {
  return element(0x03, Uint8Array.of(unused), content);
}

export function utf8String(text: string): Der {
  return element(0x0c, new TextEncoder().encode(text));
}

export const NULL: Der = element(0x05);

/** An OBJECT IDENTIFIER from its dotted text. */
export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift(0x80 | (rest % 128));
  return octets;
}

/**
 * A point in time, whole seconds, UTC.
 *
 * @source RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050
 */
export function time(instant: number): Der {
  const digits = new Date(instant).toISOString().replaceAll(/[-:T]|\.\d{3}/g, '');
  const isUtcTime = digits >= '1950' && digits < '2050';
  return element(isUtcTime ? 0x17 : 0x18, new TextEncoder().encode(isUtcTime ? digits.slice(2) : digits));
}

/** The element as PEM text (RFC 7468), 64 characters a line. */
export function pem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der.buffer, der.byteOffset, der.byteLength)
    .toString('base64')
    .match(/.{1,64}/g);
  return `-----BEGIN ${label}-----\n${(lines ?? []).join('\n')}\n-----END ${label}-----\n`;
}
