import { CLASSES, DIGIT, HIGH, LETTER, LOWER, UPPER, WORD } from '../characters/byte-classes.ts';
import { setOf, type ByteSet } from '../characters/byte-set.ts';

/** So far before a value a word still speaks for it. */
const CONTEXT_REACH = 80;

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const COMMA = 0x2c;
const LESS = 0x3c;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const NOWHERE = -1;
const EVERYWHERE = Number.MAX_SAFE_INTEGER;

interface Node {
  /** By code point, folded. */
  readonly next: Map<number, Node>;
  /** Positions of the entities that a phrase which ends here speaks for. */
  readonly targets: number[];
}

/** The words and phrases that speak for entities, as a tree over their letters; separators in phrases are left out. */
export class ContextWords {
  readonly #root: Node = { next: new Map(), targets: [] };
  readonly #beginnings = new Uint8Array(1 << 15);
  /** How many entities there are: targets are less than this. */
  readonly entities: number;

  constructor(entities: number) {
    this.entities = entities;
  }

  add(phrase: string, entity: number): void {
    this.#noteBeginning(phrase);
    let node = this.#root;
    for (const character of phrase.normalize('NFC').replaceAll(/[\s_.'/&-]/g, '')) {
      const point = fold(character.codePointAt(0)!);
      let next = node.next.get(point);
      if (next === undefined) {
        next = { next: new Map(), targets: [] };
        node.next.set(point, next);
      }
      node = next;
    }
    if (!node.targets.includes(entity)) node.targets.push(entity);
  }

  /** Whether any phrase begins like the word at `at`: by its first three letters, most words are none. */
  mayBegin(bytes: Uint8Array, at: number, end: number): boolean {
    const key = beginningOf(bytes[at]!, at + 1 < end ? bytes[at + 1]! : 0, at + 2 < end ? bytes[at + 2]! : 0);
    return key < 0 || this.#beginnings[key] === 1;
  }

  #noteBeginning(phrase: string): void {
    const folded = Array.from(phrase.normalize('NFC'), (character) => fold(character.codePointAt(0)!));
    const [first = 0, second = 0, third = 0] = folded;
    const letters = folded.filter((point) => point >= 0x80 || (CLASSES[point]! & WORD) !== 0);
    for (const [a, b, c] of [
      [first, second, third],
      [letters[0] ?? 0, letters[1] ?? 0, letters[2] ?? 0],
    ] as const) {
      const key = beginningOf(a, b, c);
      if (key >= 0) this.#beginnings[key] = 1;
    }
  }

  /**
   * Notes at `seen[entity]` where the last phrase ended that speaks for it, for the phrases that begin at `at`; behind the last
   * entity, where one ended that speaks for any.
   */
  note(bytes: Uint8Array, at: number, end: number, seen: Float64Array, base: number): void {
    let node = this.#root;
    let separators = 0;
    let i = at;
    while (i < end) {
      const byte = bytes[i]!;
      if ((CLASSES[byte]! & (WORD | HIGH)) === 0) {
        if (SEPARATORS[byte] === 0 || ++separators > MOST_SEPARATORS) return;
        i++;
        continue;
      }
      separators = 0;
      const point = codePointAt(bytes, i, end);
      i += byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      if (point >= FIRST_MARK && point <= LAST_MARK) continue;
      const next = node.next.get(fold(point));
      if (next === undefined) return;
      node = next;
      if (node.targets.length > 0 && endsWord(bytes, i - 1, end)) {
        for (const target of node.targets) if (seen[target] !== EVERYWHERE) seen[target] = base + i - 1;
        seen[this.entities] = Math.max(seen[this.entities]!, base + i - 1);
      }
    }
  }
}

const SEPARATORS = setOf(" -_./&'");
/** Between two words of a phrase: `St.-Nr.` */
const MOST_SEPARATORS = 2;
/** Combining marks, which are left out as accents are. */
const FIRST_MARK = 0x300;
const LAST_MARK = 0x36f;
/** First byte in UTF-8 of characters of scripts that are written without spaces. */
const UNSPACED_LEAD = 0xe3;

function endsWord(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 1 >= end || (at > 1 && bytes[at - 2]! >= UNSPACED_LEAD)) return true;
  const bits = CLASSES[bytes[at + 1]!]!;
  if ((bits & DIGIT) !== 0 || (bits & (LETTER | HIGH)) === 0) return true;
  return (CLASSES[bytes[at]!]! & LOWER) !== 0 && (bits & UPPER) !== 0;
}

function codePointAt(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return lead;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let point = lead & (0x7f >> length);
  for (let i = 1; i < length && at + i < end; i++) point = (point << 6) | (bytes[at + i]! & 0x3f);
  return point;
}

/** Five bits for each of three letters, 0 for what is none; -1 where one is beyond ASCII. */
function beginningOf(first: number, second: number, third: number): number {
  if ((first | second | third) >= 0x80) return -1;
  const a = letterIndex(first);
  const b = a === 0 ? 0 : letterIndex(second);
  return (a << 10) | (b << 5) | (b === 0 ? 0 : letterIndex(third));
}

function letterIndex(byte: number): number {
  return (CLASSES[byte]! & LETTER) === 0 ? 0 : byte & 0x1f;
}

const FOLDED = new Map<number, number>();

/** The letter without its accent and in lower case. Scripts without either are left as they are. */
function fold(point: number): number {
  if (point < 0x80) return point >= 0x41 && point <= 0x5a ? point + 0x20 : point;
  if (point >= 0x530) return point;
  let folded = FOLDED.get(point);
  if (folded === undefined) {
    folded = String.fromCodePoint(point).normalize('NFD').toLowerCase().codePointAt(0)!;
    FOLDED.set(point, folded);
  }
  return folded;
}

/**
 * Where context words were last seen in one text. It reads only where it is asked, and each byte once, so that a text full of
 * candidates costs no more than its length.
 */
export class ContextTracker {
  readonly #words: ContextWords;
  #seen: Float64Array | undefined;
  /** Of the whole text: what comes before is read, or out of reach. */
  #readTo = 0;
  /** A word before this speaks for nothing after it: another field began. */
  #barrier = 0;

  constructor(words: ContextWords) {
    this.#words = words;
  }

  /** Says that the words of this name speak for the whole text: it is that of the field whose value the text is. */
  always(name: Uint8Array): void {
    const seen = this.#noted();
    this.#readWords(name, 0, name.length, 0);
    for (const [entity, at] of seen.entries()) if (at !== NOWHERE) seen[entity] = EVERYWHERE;
    this.#barrier = 0;
  }

  /**
   * Whether a word stands before the value that begins at `at`.
   * @param base position in the whole text of `bytes[0]`
   */
  speaksFor(entity: number, bytes: Uint8Array, at: number, base: number): boolean {
    return this.#isNear(this.#seenBefore(bytes, at, base)[entity]!, base + at);
  }

  /** Whether a word for any entity stands before the value: mostly there is none, and nothing more needs to be asked. */
  speaks(bytes: Uint8Array, at: number, base: number): boolean {
    return this.#isNear(this.#seenBefore(bytes, at, base)[this.#words.entities]!, base + at);
  }

  #isNear(last: number, position: number): boolean {
    return last >= this.#barrier && last >= position - CONTEXT_REACH;
  }

  #seenBefore(bytes: Uint8Array, at: number, base: number): Float64Array {
    const seen = this.#noted();
    const from = Math.max(0, this.#readTo - base, at - CONTEXT_REACH - LONGEST_PHRASE);
    if (from < at) {
      this.#readTo = base + at;
      this.#readWords(bytes, from, at, base);
    }
    return seen;
  }

  /** Most texts have no candidate that asks for a word. */
  #noted(): Float64Array {
    return (this.#seen ??= new Float64Array(this.#words.entities + 1).fill(NOWHERE));
  }

  #readWords(bytes: Uint8Array, from: number, to: number, base: number): void {
    const seen = this.#noted();
    let i = from;
    let isWord = i > 0 && (CLASSES[bytes[i - 1]!]! & WORD) !== 0;
    for (; i < to; i++) {
      const byte = bytes[i]!;
      const bits = CLASSES[byte]!;
      if ((bits & (WORD | HIGH)) === 0) {
        isWord = false;
        if (byte === BACKSLASH) i = this.#skipEscape(bytes, i, to);
        else if (byte === QUOTE || byte === COMMA || byte === LESS || byte === NEWLINE) this.#bar(bytes, i, to, base);
        continue;
      }
      const isCamel = (bits & UPPER) !== 0 && (CLASSES[bytes[i - 1] ?? 0]! & LOWER) !== 0;
      // A character of a script without spaces may begin a word anywhere.
      if ((!isWord || isCamel || byte >= UNSPACED_LEAD) && this.#words.mayBegin(bytes, i, to))
        this.#words.note(bytes, i, to, seen, base);
      isWord = true;
    }
  }

  /** A letter after a backslash is no word: `\nssn` begins with an s. */
  #skipEscape(bytes: Uint8Array, at: number, to: number): number {
    let i = at;
    while (i + 1 < to && bytes[i + 1] === BACKSLASH) i++;
    const next = i + 1 < to ? bytes[i + 1]! : 0;
    if (next === 0x6e || next === 0x74 || next === 0x72 || next === 0x62 || next === 0x66) return i + 1;
    return next === 0x75 ? i + 5 : i;
  }

  /** A value of JSON ends, an element of XML, a line before JSON: what spoke for it does not speak for what follows. */
  #bar(bytes: Uint8Array, at: number, to: number, base: number): void {
    let i = at + 1;
    while (i < to && (bytes[i] === SPACE || bytes[i] === BACKSLASH)) i++;
    const next = i < to ? bytes[i]! : 0;
    if (BARRED_BY.get(bytes[at]!)?.[next] === 1) this.#barrier = base + at;
  }
}

/** What begins anew behind a byte, where one of these stands behind it. */
const BARRED_BY: ReadonlyMap<number, ByteSet> = new Map([
  [QUOTE, setOf(',}]')],
  [COMMA, setOf('"')],
  [LESS, setOf('/')],
  [NEWLINE, setOf('{[')],
]);
const LONGEST_PHRASE = 40;
