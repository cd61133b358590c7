import { CLASSES, PLAIN, WORD } from './characters/byte-classes.ts';
import { setOf } from './characters/byte-set.ts';
import { endsQuoted, type FieldValue } from './context/field-value.ts';

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

const BACKSLASHES = '\\';

/** Until the quote that ends the value of a field. The backslashes that escape it were dropped with the value and are put back. */
export class SwallowQuoted implements Swallow {
  readonly #quote: number;
  readonly #depth: number;
  tail = '';
  #backslashes = 0;
  isOver = false;

  constructor({ quote, depth }: Pick<FieldValue, 'quote' | 'depth'>) {
    this.#quote = quote;
    this.#depth = depth;
  }

  take(bytes: Uint8Array, at: number, end: number): number {
    for (let i = at; i < end; i++) {
      const byte = bytes[i]!;
      const escaping = endsQuoted(byte, this.#backslashes, { quote: this.#quote, depth: this.#depth });
      if (byte === NEWLINE || escaping >= 0) {
        this.isOver = true;
        this.tail = BACKSLASHES.repeat(Math.max(escaping, 0));
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
const NEWLINE = 0x0a;
const LETTER_N = 0x6e;
const LETTER_R = 0x72;
const SPACE = 0x20;
const COLON = 0x3a;
/** What the lines of a private key are made of, beside letters and digits: base64, line breaks as they are and escaped, `%0A`. */
const KEY_BYTES = setOf('+/=\r\n\t\\-:,.()% ');
const END = 'END';

/** A word of base64 has at least so many letters; a space behind a shorter one shows that it was prose. */
const SHORTEST_LINE = 32;
const DASHES = 5;

/**
 * A private key in PEM or ASCII armour, from behind the words that announce it to the end of its last line, or to the first byte that cannot be one of it where it
 * breaks off (RFC 7468 §3, RFC 1421 §4.4, RFC 9580 §6.2).
 */
export class SwallowPrivateKey implements Swallow {
  isOver = false;
  #dashes = 0;
  /** Letters of END read behind five dashes. */
  #matched = -1;
  #isLastLine = false;
  /** The first line holds spaces, and so do header lines such as `Proc-Type: 4,ENCRYPTED`. */
  #maySpace = true;
  #isFirstLine = true;
  /** Letters since the last space or line end. */
  #word = 0;
  /** Backslashes right before: they are of the key where a line break is escaped, and of what follows where a quote is. */
  #backslashes = 0;

  get tail(): string {
    return '\\'.repeat(this.#backslashes);
  }

  take(bytes: Uint8Array, at: number, end: number): number {
    for (let i = at; i < end; i++) {
      const byte = bytes[i]!;
      if (!this.#belongs(byte)) return this.#stop(i);
      this.#follow(byte);
      if (this.#isLastLine && this.#dashes === DASHES && this.#matched === -1) return this.#stop(i + 1);
    }
    return end;
  }

  #belongs(byte: number): boolean {
    if ((CLASSES[byte]! & WORD) === 0 && KEY_BYTES[byte] === 0) return false;
    if (byte !== SPACE || this.#maySpace || this.#isLastLine) return true;
    return this.#word === 0 || this.#word >= SHORTEST_LINE;
  }

  #follow(byte: number): void {
    if (byte === COLON) this.#maySpace = true;
    const isLineEnd = byte === NEWLINE || (this.#backslashes > 0 && (byte === LETTER_N || byte === LETTER_R));
    if (isLineEnd) this.#maySpace = false;
    this.#word = isLineEnd || byte === SPACE || byte === DASH ? 0 : this.#word + 1;
    this.#backslashes = byte === BACKSLASH ? this.#backslashes + 1 : 0;
    if (byte === DASH) this.#countDash();
    else {
      this.#dashes = 0;
      this.#matchEnd(byte);
    }
  }

  #countDash(): void {
    this.#dashes++;
    this.#matched = -1;
    if (this.#dashes !== DASHES || this.#isLastLine) return;
    this.#matched = 0;
    // The dashes behind the first line.
    if (this.#isFirstLine) this.#maySpace = this.#isFirstLine = false;
  }

  #matchEnd(byte: number): void {
    if (this.#matched < 0 || byte !== END.charCodeAt(this.#matched)) {
      this.#matched = -1;
      return;
    }
    this.#matched++;
    if (this.#matched < END.length) return;
    this.#isLastLine = true;
    this.#matched = -1;
  }

  #stop(at: number): number {
    this.isOver = true;
    return at;
  }
}
