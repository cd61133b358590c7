import { setOf, type ByteSet } from '../characters/byte-set.ts';
import { EVERYWHERE, nextWord, UNSEEN, type ContextWords, type NextWord, type Seen } from './context-words.ts';
import { WordSearch } from './word-search.ts';

/** So far before a value a word still speaks for it. */
const CONTEXT_REACH = 80;

const LONGEST_PHRASE = 40;
/** So far before a value such a word begins. */
const CONTEXT_READ: number = CONTEXT_REACH + LONGEST_PHRASE;

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const COMMA = 0x2c;
const LESS = 0x3c;
const NEWLINE = 0x0a;
const SPACE = 0x20;

/**
 * Where context words were last seen in one text. It reads only where it is asked, and each byte once, so that a text full of
 * candidates costs no more than its length.
 */
export class ContextTracker {
  readonly #words: ContextWords;
  readonly #nextWord: NextWord;
  readonly #search: WordSearch;
  readonly #nextPhoneWord: NextWord;
  #phoneSearch: WordSearch | undefined;
  /** Most texts have no candidate that asks for a word. */
  #seen: Seen | undefined;
  /** What is seen before a place that the reading has passed. */
  #before: Seen | undefined;
  #isNamed = false;
  /** Of the whole text: what comes before is read, or out of reach. */
  #readTo = 0;

  /** @param nextPhoneWord tells the words that explain telephone numbers; otherwise any may */
  constructor(words: ContextWords, next: NextWord = nextWord, nextPhoneWord: NextWord = next) {
    this.#words = words;
    this.#nextWord = next;
    this.#search = new WordSearch(next);
    this.#nextPhoneWord = nextPhoneWord;
  }

  /** Says that the words of this name speak for the whole text: it is that of the field whose value the text is. */
  always(name: Uint8Array): void {
    const seen = (this.#seen ??= this.#nothingSeen());
    for (let i = nextWord(name, 0, name.length); i < name.length; i = nextWord(name, i + 1, name.length))
      this.#words.note(name, i, name.length, seen, 0);
    for (const [entity, behind] of seen.entries()) {
      if (behind === UNSEEN) continue;
      seen[entity] = EVERYWHERE;
      this.#isNamed = true;
    }
  }

  /** Whether the name of its field speaks for the whole text. */
  get isNamed(): boolean {
    return this.#isNamed;
  }

  /**
   * Whether a word stands before the value that begins at `at`.
   * @param base position in the whole text of `bytes[0]`
   */
  speaksFor(entity: number, bytes: Uint8Array, at: number, base: number): boolean {
    const behind = this.seenBefore(bytes, at, base)[entity]!;
    return behind !== UNSEEN && isNear(behind, bytes, at, base);
  }

  /** What was seen before `at`, near or not; good until the next call. */
  seenBefore(bytes: Uint8Array, at: number, base: number): Seen {
    const readTo = this.#readTo - base;
    // Several entities may be asked for at one place.
    if (at === readTo && this.#seen !== undefined) return this.#seen;
    const first = Math.max(0, at - CONTEXT_READ);
    // What is asked for behind it was read, and perhaps not all of what comes before it.
    if (at < readTo) return this.#readWords(bytes, first, at, base, this.#beforeReading());
    this.#readTo = base + at;
    const from = this.#search.behindQuiet(Math.max(first, readTo), base);
    return this.#readWords(bytes, from, at, base, (this.#seen ??= this.#nothingSeen()));
  }

  /** Whether a word for any entity may stand before a value that begins somewhere from `from` to `to`: mostly there is none. */
  maySpeak(bytes: Uint8Array, from: number, to: number, base: number): boolean {
    return this.#isNamed || this.#search.finds(bytes, Math.max(0, from - CONTEXT_READ), to, base);
  }

  /** The same of a word that explains a telephone number. */
  maySpeakForPhone(bytes: Uint8Array, from: number, to: number, base: number): boolean {
    if (this.#isNamed) return true;
    this.#phoneSearch ??= new WordSearch(this.#nextPhoneWord);
    return this.#phoneSearch.finds(bytes, Math.max(0, from - CONTEXT_READ), to, base);
  }

  #nothingSeen(): Seen {
    return new Float64Array(this.#words.entities);
  }

  #beforeReading(): Seen {
    const before = (this.#before ??= this.#nothingSeen());
    if (this.#isNamed) before.set(this.#seen!);
    else before.fill(UNSEEN);
    return before;
  }

  #readWords(bytes: Uint8Array, from: number, to: number, base: number, seen: Seen): Seen {
    for (let i = this.#nextWord(bytes, from, to); i < to; i = this.#nextWord(bytes, i + 1, to))
      this.#words.note(bytes, i, to, seen, base);
    return seen;
  }
}

/** Whether a word that ended before `behind` is near enough, and nothing begins anew between it and the value at `at`. */
function isNear(behind: number, bytes: Uint8Array, at: number, base: number): boolean {
  if (behind === EVERYWHERE) return true;
  if (behind <= base + at - CONTEXT_REACH) return false;
  for (let i = Math.max(0, behind - base); i < at; i++) if (isBar(bytes, i, at)) return false;
  return true;
}

/** A value of JSON ends, an element of XML, a line before JSON: what spoke for it does not speak for what follows. */
function isBar(bytes: Uint8Array, at: number, to: number): boolean {
  const byte = bytes[at]!;
  if (byte !== QUOTE && byte !== COMMA && byte !== LESS && byte !== NEWLINE) return false;
  let i = at + 1;
  while (i < to && (bytes[i] === SPACE || bytes[i] === BACKSLASH)) i++;
  return BARRED_BY.get(byte)?.[i < to ? bytes[i]! : 0] === 1;
}

/** What begins anew behind a byte, where one of these stands behind it. */
const BARRED_BY: ReadonlyMap<number, ByteSet> = new Map([
  [QUOTE, setOf(',}]')],
  [COMMA, setOf('"')],
  [LESS, setOf('/')],
  [NEWLINE, setOf('{[')],
]);
