import { CLASSES, DIGIT, HIGH, LETTER, LOWER, UPPER, WORD } from '../characters/byte-classes.ts';
import { setOf } from '../characters/byte-set.ts';

const BACKSLASH = 0x5c;
const FIRST_LETTER = 0x61;
const LAST_LETTER = 0x7a;

/** By entity: behind where in the whole text a phrase ended that speaks for it; 0 where none did. */
export type Seen = Float64Array;
export const UNSEEN = 0;
/** It ended before the text: in the name of its field. */
export const EVERYWHERE: number = Number.MAX_SAFE_INTEGER;

class Node {
  /** Those that go on with a letter without accents, by letter; nearly all do. */
  readonly #letters: (Node | undefined)[] = [];
  /** By code point, folded. */
  readonly #others = new Map<number, Node>();
  /** Positions of the entities that a phrase which ends here speaks for. */
  readonly targets: number[] = [];

  /** @param point folded */
  after(point: number): Node | undefined {
    return point >= FIRST_LETTER && point <= LAST_LETTER ? this.#letters[point - FIRST_LETTER] : this.#others.get(point);
  }

  add(point: number): Node {
    const known = this.after(point);
    if (known !== undefined) return known;
    const node = new Node();
    if (point >= FIRST_LETTER && point <= LAST_LETTER) this.#letters[point - FIRST_LETTER] = node;
    else this.#others.set(point, node);
    return node;
  }
}

/** The words and phrases that speak for entities, as a tree over their letters; separators in phrases are left out. */
export class ContextWords {
  readonly #root = new Node();
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
      node = node.add(fold(character.codePointAt(0)!));
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
      const next = node.after(fold(point));
      if (next === undefined) return;
      node = next;
      if (node.targets.length > 0 && endsWord(bytes, i - 1, end)) {
        for (const target of node.targets) if (seen[target] !== EVERYWHERE) seen[target] = base + i;
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
