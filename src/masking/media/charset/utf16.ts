import { UnreadableContent } from '../../unreadable.ts';
import { concatenate, EMPTY } from '../bytes/concatenate.ts';
import { pushCodePoint } from '../bytes/push-code-point.ts';

/**
 * Turns UTF-16 into UTF-8 while it arrives. A surrogate that stands alone becomes the three bytes that UTF-8 would give it,
 * so that {@link Utf16Encoder} can bring it back.
 *
 * @source RFC 2781
 */
export class Utf16Decoder {
  readonly #high: 0 | 1;
  #rest: Uint8Array = EMPTY;

  constructor(isLittleEndian: boolean) {
    this.#high = isLittleEndian ? 1 : 0;
  }

  push(bytes: Uint8Array): Uint8Array {
    return this.#decode(concatenate([this.#rest, bytes]), false);
  }

  /** @throws UnreadableContent where half a code unit is left over */
  finish(): Uint8Array {
    if (this.#rest.length % 2 === 1) throw new UnreadableContent('Found UTF-16 with an odd number of bytes');
    return this.#decode(this.#rest, true);
  }

  #decode(bytes: Uint8Array, isLast: boolean): Uint8Array {
    const text: number[] = [];
    let at = 0;
    for (; at + 1 < bytes.length; at += 2) {
      const unit = this.#unit(bytes, at);
      if (!isHighSurrogate(unit)) {
        pushCodePoint(text, unit);
        continue;
      }
      if (at + 3 >= bytes.length && !isLast) break;
      const next = at + 3 < bytes.length ? this.#unit(bytes, at + 2) : 0;
      if (isLowSurrogate(next)) {
        pushCodePoint(text, 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00));
        at += 2;
      } else pushCodePoint(text, unit);
    }
    this.#rest = bytes.slice(at);
    return Uint8Array.from(text);
  }

  #unit(bytes: Uint8Array, at: number): number {
    return (bytes[at + this.#high]! << 8) | bytes[at + 1 - this.#high]!;
  }
}

/** Turns UTF-8 into UTF-16 while it arrives; bytes that are none become U+FFFD. */
export class Utf16Encoder {
  readonly #isLittleEndian: boolean;
  #rest: Uint8Array = EMPTY;

  constructor(isLittleEndian: boolean) {
    this.#isLittleEndian = isLittleEndian;
  }

  push(text: Uint8Array): Uint8Array {
    return this.#encode(concatenate([this.#rest, text]), false);
  }

  finish(): Uint8Array {
    return this.#encode(this.#rest, true);
  }

  #encode(text: Uint8Array, isLast: boolean): Uint8Array {
    const bytes: number[] = [];
    let at = 0;
    while (at < text.length) {
      const length = characterLength(text, at);
      if (length === 'cut' && !isLast) break;
      if (typeof length === 'string') this.#write(bytes, 0xfffd);
      else this.#write(bytes, codePointAt(text, at, length));
      at += typeof length === 'string' ? 1 : length;
    }
    this.#rest = text.slice(at);
    return Uint8Array.from(bytes);
  }

  #write(bytes: number[], codePoint: number): void {
    if (codePoint > 0xffff) {
      this.#write(bytes, 0xd800 + ((codePoint - 0x10000) >> 10));
      this.#write(bytes, 0xdc00 + ((codePoint - 0x10000) & 0x3ff));
    } else if (this.#isLittleEndian) bytes.push(codePoint & 0xff, codePoint >> 8);
    else bytes.push(codePoint >> 8, codePoint & 0xff);
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Bytes of the character that begins at `at`; `cut` where its end is not there yet, `invalid` where it is none. */
function characterLength(text: Uint8Array, at: number): number | 'cut' | 'invalid' {
  const lead = text[at]!;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 'invalid';
  const length = leadLength(lead);
  for (let i = 1; i < length; i++) {
    const byte = text[at + i];
    if (byte === undefined) return 'cut';
    if ((byte & 0xc0) !== 0x80) return 'invalid';
  }
  return codePointAt(text, at, length) > 0x10ffff ? 'invalid' : length;
}

function leadLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

function codePointAt(text: Uint8Array, at: number, length: number): number {
  if (length === 1) return text[at]!;
  let codePoint = text[at]! & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) codePoint = (codePoint << 6) | (text[at + i]! & 0x3f);
  return codePoint;
}
