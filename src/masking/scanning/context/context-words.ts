import { CLASSES, DIGIT, HIGH, LETTER, LOWER, UPPER, WORD } from '../characters/byte-classes.ts';
import { setOf, type ByteSet } from '../characters/byte-set.ts';

/** So far before a value a word still speaks for it. */
const CONTEXT_REACH = 80;

const LONGEST_PHRASE = 40;
/** So far before a value such a word begins. */
export const CONTEXT_READ: number = CONTEXT_REACH + LONGEST_PHRASE;

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const COMMA = 0x2c;
const LESS = 0x3c;
const NEWLINE = 0x0a;
const SPACE = 0x20;
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
  /** By letters: the entities whose phrases begin with them. */
  readonly #beginnings = new Map<string, Set<number>>();
  /** How many entities there are: targets are less than this. */
  readonly entities: number;

  constructor(entities: number) {
    this.entities = entities;
  }

  add(phrase: string, entity: number): void {
    const folded = Array.from(phrase.normalize('NFC'), (character) => String.fromCodePoint(fold(character.codePointAt(0)!)));
    const [letters] = /^[a-z]*/.exec(folded.join('').replaceAll(/[\s_.'/&-]/g, ''))!;
    const entities = this.#beginnings.get(letters) ?? new Set<number>();
    this.#beginnings.set(letters, entities.add(entity));
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

  /** The letters that phrases begin with, separators left out, up to the first character that is none without accents; by them, for which entities. */
  get beginnings(): ReadonlyMap<string, ReadonlySet<number>> {
    return this.#beginnings;
  }

  /**
   * Notes in `seen`, by entity, where the last phrase ended that speaks for it, for the phrases that begin at `at`.
   */
  note(bytes: Uint8Array, at: number, end: number, seen: Seen, base: number): void {
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
        for (const target of node.targets) if (seen.get(target) !== EVERYWHERE) seen.set(target, base + i - 1);
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
/** First byte in UTF-8 of quotes and dashes; those of scripts without spaces are greater. */
const PUNCTUATION_LEAD = 0xe2;

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

/** By entity: where in the whole text a phrase ended that speaks for it. */
type Seen = Map<number, number>;

/** The next place from `from` to `to` where a phrase may begin; `to` where there is none. */
export type NextWord = (bytes: Uint8Array, from: number, to: number) => number;

/** Wherever a word begins, or a part of one: `taxId`, and any character of a script without spaces. */
export function nextWord(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if ((CLASSES[byte]! & (WORD | HIGH)) === 0) continue;
    const before = CLASSES[bytes[i - 1] ?? 0]!;
    const isCamel = (CLASSES[byte]! & UPPER) !== 0 && (before & LOWER) !== 0;
    const isFirst = (before & (WORD | HIGH)) === 0 || ((before & HIGH) !== 0 && bytes[i - 3]! >= PUNCTUATION_LEAD);
    if (isFirst || isCamel || byte >= UNSPACED_LEAD || endsEscape(bytes, i)) return i;
  }
  return to;
}

/** Whether what stands before `at` is the end of an escape: `\nssn` begins with an s. */
function endsEscape(bytes: Uint8Array, at: number): boolean {
  return bytes[at - 2] === BACKSLASH || bytes[at - 6] === BACKSLASH;
}

/**
 * Where context words were last seen in one text. It reads only where it is asked, and each byte once, so that a text full of
 * candidates costs no more than its length.
 */
export class ContextTracker {
  readonly #words: ContextWords;
  readonly #nextWord: NextWord;
  /** Most texts have no candidate that asks for a word. */
  #seen: Seen | undefined;
  #isNamed = false;
  /** Between these places of the whole text no phrase begins; as the last search found. */
  #quietFrom = 0;
  #quietTo = 0;
  /** Of the whole text: what comes before is read, or out of reach. */
  #readTo = 0;

  constructor(words: ContextWords, next: NextWord = nextWord) {
    this.#words = words;
    this.#nextWord = next;
  }

  /** Says that the words of this name speak for the whole text: it is that of the field whose value the text is. */
  always(name: Uint8Array): void {
    const seen: Seen = (this.#seen ??= new Map<number, number>());
    for (let i = nextWord(name, 0, name.length); i < name.length; i = nextWord(name, i + 1, name.length))
      this.#words.note(name, i, name.length, seen, 0);
    for (const entity of seen.keys()) seen.set(entity, EVERYWHERE);
    this.#isNamed = seen.size > 0;
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
    const last = this.#seenBefore(bytes, at, base).get(entity);
    return last !== undefined && isNear(last, bytes, at, base);
  }

  /** Whether a word for any entity may stand before a value that begins somewhere from `from` to `to`: mostly there is none. */
  maySpeak(bytes: Uint8Array, from: number, to: number, base: number): boolean {
    if (this.#isNamed) return true;
    const first = Math.max(0, from - CONTEXT_READ);
    // In a column of numbers every value has the same words before it as the last one, or none.
    const loud = this.#pastQuiet(first, base);
    if (loud === first) this.#quietFrom = base + first;
    const next = loud >= to ? to : this.#nextWord(bytes, loud, to);
    // What a word at the very end is the beginning of, more of the text may tell.
    this.#quietTo = Math.max(base + Math.min(next, bytes.length - TOLD_WITHIN), this.#quietFrom);
    return next < to;
  }

  /** Behind where no phrase begins, as far as that is known. */
  #pastQuiet(at: number, base: number): number {
    const isQuiet = base + at >= this.#quietFrom && base + at <= this.#quietTo;
    return isQuiet ? this.#quietTo - base : at;
  }

  #seenBefore(bytes: Uint8Array, at: number, base: number): Seen {
    const readTo = this.#readTo - base;
    // Several entities may be asked for at one place.
    if (at === readTo && this.#seen !== undefined) return this.#seen;
    const first = Math.max(0, at - CONTEXT_READ);
    // What is asked for behind it was read, and perhaps not all of what comes before it.
    if (at < readTo) return this.#readWords(bytes, first, at, base, new Map(this.#isNamed ? this.#seen : []));
    this.#readTo = base + at;
    return this.#readWords(
      bytes,
      this.#pastQuiet(Math.max(first, readTo), base),
      at,
      base,
      (this.#seen ??= new Map<number, number>()),
    );
  }

  #readWords(bytes: Uint8Array, from: number, to: number, base: number, seen: Seen): Seen {
    for (let i = this.#nextWord(bytes, from, to); i < to; i = this.#nextWord(bytes, i + 1, to))
      this.#words.note(bytes, i, to, seen, base);
    return seen;
  }
}

/** Whether a word that ended at `last` is near enough, and nothing begins anew between it and the value at `at`. */
function isNear(last: number, bytes: Uint8Array, at: number, base: number): boolean {
  if (last === EVERYWHERE) return true;
  if (last < base + at - CONTEXT_REACH) return false;
  for (let i = Math.max(0, last - base + 1); i < at; i++) if (isBar(bytes, i, at)) return false;
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
/** So many bytes tell whether a phrase begins: its first letters, with what may stand between them. */
const TOLD_WITHIN = 32;
