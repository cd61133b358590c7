const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;
/** `u0022`: how some writers of JSON spell a quote, after its backslash. */
const UNICODE_QUOTE: readonly number[] = [0x75, 0x30, 0x30, 0x32, 0x32];
/** What stands before a string in JSON: `{`, `[`, `,`, `:`, or the quote that opens a text which is a string itself. */
const BEFORE_STRINGS: ReadonlySet<number> = new Set([0x7b, 0x5b, 0x2c, 0x3a, QUOTE]);
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, LINE_FEED, 0x0d]);
/** Of `\n`, `\r`, `\t`: spaces of a JSON text that is itself in a string. */
const ESCAPED_SPACES: ReadonlySet<number> = new Set([0x6e, 0x72, 0x74]);

/**
 * Follows a JSON text while it streams, and knows in how many strings the place it has come to is: 1 in a string, 2 in a
 * string of JSON in a string. In doubt, as with a quote of prose after a comma, the depth is taken for the greater one: what
 * is escaped once too often is well-formed at every level, once too seldom at none.
 */
export class JsonDepth {
  #depth = 0;
  /** Backslashes right before this place, and how much of {@link UNICODE_QUOTE} after them. */
  #backslashes = 0;
  #unicode = 0;
  /** Whether a string could begin where this piece of the text does. */
  #canOpen = true;
  /** A piece that begins within an escape. */
  #isEscapeCut = false;

  get depth(): number {
    return this.#depth;
  }

  /** Goes on over `bytes[from]` to `bytes[to - 1]`, which follow what came before. */
  advance(bytes: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to;) {
      const byte = bytes[i]!;
      if (this.#backslashes > 0) {
        i += this.#escape(bytes, from, i) ? 1 : 0;
        continue;
      }
      i++;
      if (byte > BACKSLASH) continue;
      if (byte === BACKSLASH) this.#backslashes = 1;
      else if (byte === QUOTE) this.#quote(1, bytes, from, i - 1);
      // No string of JSON holds a line feed: whatever went wrong before ends here.
      else if (byte === LINE_FEED) this.#depth = 0;
    }
    if (from === to) return;
    this.#canOpen = this.#isOpening(bytes, from, to - this.#backslashes - this.#unicode);
    this.#isEscapeCut = this.#backslashes > 0;
  }

  /** Takes a byte after a backslash. @returns false where it belongs to no escape that matters, and is yet to be taken */
  #escape(bytes: Uint8Array, from: number, at: number): boolean {
    const byte = bytes[at]!;
    if (this.#unicode === 0 && byte === BACKSLASH) {
      this.#backslashes++;
      return true;
    }
    const isQuote = byte === QUOTE && this.#unicode === 0;
    if (!isQuote && byte === UNICODE_QUOTE[this.#unicode]) {
      this.#unicode++;
      if (this.#unicode < UNICODE_QUOTE.length) return true;
    }
    const isWhole = isQuote || this.#unicode === UNICODE_QUOTE.length;
    if (isWhole) {
      const start = isQuote ? at - this.#backslashes : at + 1 - this.#unicode - this.#backslashes;
      this.#quote(levelOf(this.#backslashes, !isQuote), bytes, from, start);
    }
    this.#backslashes = 0;
    this.#unicode = 0;
    return isWhole;
  }

  #quote(level: number, bytes: Uint8Array, from: number, start: number): void {
    if (level <= this.#depth) this.#depth = level - 1;
    else if (level === this.#depth + 1 && (level === 1 || this.#isOpening(bytes, from, start))) this.#depth = level;
  }

  /** Whether what stands before `at`, spaces aside, can precede a string. Quotes of prose follow a word, or its space. */
  #isOpening(bytes: Uint8Array, from: number, at: number): boolean {
    let i = at - 1;
    while (i >= from) {
      const byte = bytes[i]!;
      const isAfterBackslash = i > from ? bytes[i - 1] === BACKSLASH : this.#isEscapeCut;
      if (SPACES.has(byte)) i--;
      else if (isAfterBackslash && ESCAPED_SPACES.has(byte)) {
        i--;
        while (i >= from && bytes[i] === BACKSLASH) i--;
      } else return BEFORE_STRINGS.has(byte);
    }
    return this.#canOpen;
  }
}

/**
 * In how many strings a quote with so many backslashes before it can be an end of the innermost: how often the text must be
 * read until the quote stands bare.
 */
function levelOf(backslashes: number, isUnicode: boolean): number {
  let [count, spelt, level] = [backslashes, isUnicode, 1];
  while (spelt || count % 2 === 1) {
    if (count % 2 === 1) spelt = false;
    count = Math.floor(count / 2);
    level++;
  }
  return level;
}
