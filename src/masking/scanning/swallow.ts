import { CLASSES, PLAIN, WORD } from './characters/byte-classes.ts';
import { setOf } from './characters/byte-set.ts';
import { closesQuote, type FieldValue } from './context/field-value.ts';

/**
 * The rest of a value that is too long to wait for: it is replaced when it begins, and what follows is dropped until it ends.
 */
export interface Swallow {
  /** Whether the value ended; asked after `take`. */
  readonly isOver: boolean;
  /** What has to stand before the byte that ended it. */
  readonly tail: string;
  /** @returns where the value ends in `bytes`; `end` where it goes on */
  take(bytes: Uint8Array, at: number, end: number): number;
}

const BACKSLASH = 0x5c;

/** Until the quote that ends the value of a field. */
export class SwallowQuoted implements Swallow {
  readonly #quote: number;
  readonly #depth: number;
  readonly tail: string;
  #backslashes = 0;
  isOver = false;

  constructor({ quote, depth }: Pick<FieldValue, 'quote' | 'depth'>) {
    this.#quote = quote;
    this.#depth = depth;
    // Those that escape the quote were dropped with the value.
    this.tail = '\\'.repeat(depth);
  }

  take(bytes: Uint8Array, at: number, end: number): number {
    for (let i = at; i < end; i++) {
      if (bytes[i] === this.#quote && closesQuote(this.#backslashes, this.#depth)) {
        this.isOver = true;
        return i;
      }
      this.#backslashes = bytes[i] === BACKSLASH ? this.#backslashes + 1 : 0;
    }
    return end;
  }
}

/** As long as one word of a token goes on. */
export class SwallowWord implements Swallow {
  readonly tail = '';
  isOver = false;

  take(bytes: Uint8Array, at: number, end: number): number {
    let i = at;
    while (i < end && (CLASSES[bytes[i]!]! & PLAIN) !== 0) i++;
    this.isOver = i < end;
    return i;
  }
}

const DASH = 0x2d;
const SPACE = 0x20;
const COLON = 0x3a;
/** What the lines of a private key are made of, beside letters and digits: base64, line breaks as they are and escaped. */
const KEY_BYTES = setOf('+/=\r\n\t\\-:,.() ');
const END = 'END';

/**
 * A private key in PEM or ASCII armour, to the end of its last line, or to the first byte that cannot be one of it where it
 * breaks off (RFC 7468 §3, RFC 1421 §4.4, RFC 9580 §6.2).
 */
export class SwallowPrivateKey implements Swallow {
  readonly tail = '';
  isOver = false;
  #dashes = 0;
  /** Letters of END read behind five dashes. */
  #matched = -1;
  #isLastLine = false;
  /** Header lines such as `Proc-Type: 4,ENCRYPTED` and the first line hold spaces, lines of base64 do not. */
  #maySpace = true;
  #isEscape = false;

  take(bytes: Uint8Array, at: number, end: number): number {
    for (let i = at; i < end; i++) {
      const byte = bytes[i]!;
      if ((CLASSES[byte]! & WORD) === 0 && KEY_BYTES[byte] === 0) return this.#stop(i);
      if (byte === SPACE && !this.#maySpace && !this.#isLastLine) return this.#stop(i);
      this.#follow(byte);
      if (this.#isLastLine && this.#dashes === 5 && this.#matched === -1) return this.#stop(i + 1);
    }
    return end;
  }

  #follow(byte: number): void {
    if (byte === COLON) this.#maySpace = true;
    if (byte === 0x0a || (this.#isEscape && (byte === 0x6e || byte === 0x72))) this.#maySpace = false;
    this.#isEscape = byte === BACKSLASH;
    if (byte === DASH) {
      this.#dashes++;
      this.#matched = this.#dashes === 5 && !this.#isLastLine ? 0 : -1;
      return;
    }
    this.#dashes = 0;
    if (this.#matched >= 0 && byte === END.charCodeAt(this.#matched)) {
      this.#matched++;
      if (this.#matched === END.length) {
        this.#isLastLine = true;
        this.#matched = -1;
      }
    } else this.#matched = -1;
  }

  #stop(at: number): number {
    this.isOver = true;
    return at;
  }
}
