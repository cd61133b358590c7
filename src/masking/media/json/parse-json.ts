import { UnreadableContent } from '../../unreadable.ts';
import { decodeString } from './string-literal.ts';
import type { JsonArray, JsonObject, JsonScalar, JsonString, JsonValue } from './json-value.ts';

const MAX_DEPTH = 64;

/**
 * Reads a JSON text strictly, keeping where every value stands. Readers that are laxer or keep another of two members of
 * one name would see another text; the first are answered with undefined, the second refused.
 *
 * @returns undefined where the bytes are no JSON text
 * @throws UnreadableContent for a member name that occurs twice in an object, and beyond 64 levels
 * @source RFC 8259
 */
export function parseJson(bytes: Uint8Array): JsonValue | undefined {
  const reader = new JsonReader(bytes);
  const root = reader.value(0);
  return root !== undefined && reader.isAtEnd() ? root : undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const TRUE = [0x74, 0x72, 0x75, 0x65];
const FALSE = [0x66, 0x61, 0x6c, 0x73, 0x65];
const NULL = [0x6e, 0x75, 0x6c, 0x6c];
/** `"`, `\`, `/`, `b`, `f`, `n`, `r`, `t`. */
const SHORT_ESCAPES: ReadonlySet<number> = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);

/** Every method leaves undefined or false behind where the text is malformed; nothing is read after that. */
class JsonReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  isAtEnd(): boolean {
    this.#skipSpace();
    return this.#at === this.#bytes.length;
  }

  value(depth: number): JsonValue | undefined {
    if (depth > MAX_DEPTH) throw new UnreadableContent(`Found JSON nested deeper than ${MAX_DEPTH} levels`);
    this.#skipSpace();
    const byte = this.#bytes[this.#at];
    if (byte === QUOTE) return this.#string();
    if (byte === 0x7b) return this.#object(depth);
    if (byte === 0x5b) return this.#array(depth);
    if (byte === TRUE[0]) return this.#word(TRUE, 'boolean');
    if (byte === FALSE[0]) return this.#word(FALSE, 'boolean');
    return byte === NULL[0] ? this.#word(NULL, 'null') : this.#number();
  }

  #object(depth: number): JsonObject | undefined {
    const start = this.#at++;
    const members = new Map<string, JsonValue>();
    if (this.#take(0x7d)) return { kind: 'object', start, end: this.#at, members };
    do {
      this.#skipSpace();
      const name = this.#bytes[this.#at] === QUOTE ? this.#string() : undefined;
      if (name === undefined || !this.#take(COLON)) return undefined;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      const text = this.#name(name);
      if (members.has(text)) throw new UnreadableContent('Found a JSON object with two members of one name');
      members.set(text, value);
    } while (this.#take(COMMA));
    return this.#take(0x7d) ? { kind: 'object', start, end: this.#at, members } : undefined;
  }

  /** Names are short and nearly always plain, so that a loop is quicker than a decoder. */
  #name(literal: JsonString): string {
    let name = '';
    for (let at = literal.start + 1; at < literal.end - 1; at++) {
      const byte = this.#bytes[at]!;
      if (byte === BACKSLASH || byte >= 0x80) return decodeString(this.#bytes, literal);
      name += String.fromCharCode(byte);
    }
    return name;
  }

  #array(depth: number): JsonArray | undefined {
    const start = this.#at++;
    const items: JsonValue[] = [];
    if (this.#take(0x5d)) return { kind: 'array', start, end: this.#at, items };
    do {
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      items.push(value);
    } while (this.#take(COMMA));
    return this.#take(0x5d) ? { kind: 'array', start, end: this.#at, items } : undefined;
  }

  #string(): JsonString | undefined {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start + 1;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined || byte < 0x20) return undefined;
      if (byte === QUOTE) break;
      if (byte !== BACKSLASH) continue;
      const escape = bytes[at++];
      if (escape === 0x75) {
        for (const end = at + 4; at < end; at++) if (!isHexDigit(bytes[at])) return undefined;
      } else if (escape === undefined || !SHORT_ESCAPES.has(escape)) return undefined;
    }
    this.#at = at;
    return { kind: 'string', start, end: at };
  }

  #word(word: readonly number[], kind: 'boolean' | 'null'): JsonScalar | undefined {
    const start = this.#at;
    for (const byte of word) if (this.#bytes[this.#at++] !== byte) return undefined;
    return { kind, start, end: this.#at };
  }

  #number(): JsonScalar | undefined {
    const start = this.#at;
    this.#is(0x2d);
    if (!this.#is(0x30) && !this.#digits()) return undefined;
    if (this.#is(0x2e) && !this.#digits()) return undefined;
    if (this.#is(0x65) || this.#is(0x45)) {
      if (!this.#is(0x2b)) this.#is(0x2d);
      if (!this.#digits()) return undefined;
    }
    return { kind: 'number', start, end: this.#at };
  }

  #digits(): boolean {
    const start = this.#at;
    while (isDigit(this.#bytes[this.#at])) this.#at++;
    return this.#at > start;
  }

  /** Steps over that byte, if it is next. */
  #is(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #take(byte: number): boolean {
    this.#skipSpace();
    return this.#is(byte);
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at++;
    }
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}
