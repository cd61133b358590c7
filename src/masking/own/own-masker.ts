import type { Findings } from '../finding.ts';
import { concatenate, EMPTY } from '../media/bytes/concatenate.ts';
import { toBytes } from '../media/bytes/text-bytes.ts';
import { CLASSES, LOWER, WORD } from '../scanning/characters/byte-classes.ts';
import { standsAsNumber } from '../scanning/context/bare-number.ts';
import { ContextTracker } from '../scanning/context/context-tracker.ts';
import type { Replacer } from '../strategies/replacer.ts';
import type { TextFilter } from '../text-filter.ts';
import { logicalText, type LogicalText } from './logical-text.ts';
import type { OwnDetection, OwnMatcher } from './own-detection.ts';

/** Bytes before what is looked at that stay: for context words, and for what `\b` looks back at. */
const KEPT = 192;

/**
 * Replaces values of own entities in one text as it streams. It is put before the masker of built-in entities, and holds back
 * from where a pattern may still match.
 */
export class OwnMasker implements TextFilter {
  readonly #detection: OwnDetection;
  readonly #replacer: Replacer;
  readonly #findings: Findings;
  readonly #context: ContextTracker;
  #window: Uint8Array = EMPTY;
  /** Where in the window what is held back begins. */
  #from = 0;
  #base = 0;

  constructor(detection: OwnDetection, replacer: Replacer, findings: Findings) {
    this.#detection = detection;
    this.#replacer = replacer;
    this.#findings = findings;
    this.#context = new ContextTracker(detection.context);
  }

  /** Says that the name of a field speaks for the whole text. */
  nameField(name: Uint8Array): void {
    this.#context.always(name);
  }

  push(bytes: Uint8Array): Uint8Array {
    const kept = characterStart(this.#window, Math.max(0, this.#from - KEPT));
    const window = new Uint8Array(this.#window.length - kept + bytes.length);
    window.set(this.#window.subarray(kept));
    window.set(bytes, this.#window.length - kept);
    this.#window = window;
    this.#from -= kept;
    this.#base += kept;
    return this.#mask(false);
  }

  finish(): Uint8Array {
    const rest = this.#mask(true);
    this.#window = EMPTY;
    this.#from = 0;
    return rest;
  }

  #mask(isFinal: boolean): Uint8Array {
    const logical = logicalText(this.#window, isFinal);
    const { text, offsets } = logical;
    const pieces: Uint8Array[] = [];
    let copied = this.#from;
    let at = unitAt(offsets, this.#from);
    const openFrom = this.#detection.matchers.map((matcher) => (isFinal ? Infinity : firstOpen(matcher, text)));
    while (at < text.length) {
      const found = this.#matchAt(logical, at, openFrom);
      if (found === 'open') break;
      if (found === undefined) {
        at++;
        continue;
      }
      const [start, end] = [offsets[at]!, offsets[found.end]!];
      pieces.push(
        this.#window.subarray(copied, start),
        this.#replacement(found.matcher, text.slice(at, found.end), start, end),
      );
      copied = end;
      at = found.end;
    }
    const settled = at < text.length ? offsets[at]! : isFinal ? this.#window.length : offsets[text.length]!;
    this.#from = settled;
    if (pieces.length === 0) return this.#window.subarray(copied, settled);
    pieces.push(this.#window.subarray(copied, settled));
    return concatenate(pieces);
  }

  /** The longest match of any entity here; `open` where one of them may match, or match more, when more is there. */
  #matchAt({ text, offsets }: LogicalText, at: number, openFrom: readonly number[]): Match | 'open' | undefined {
    const column = columnOf(text.charCodeAt(at));
    let longest: Match | undefined;
    for (const [index, matcher] of this.#detection.matchers.entries()) {
      if (matcher.characters[column] === 0) continue;
      if (at >= openFrom[index]!) return 'open';
      const end = matchEnd(matcher, text, at);
      if (end < 0 || (longest !== undefined && end <= longest.end)) continue;
      if (matcher.asksForContext && !this.#context.speaksFor(index, this.#window, offsets[at]!, this.#base)) continue;
      longest = { matcher, end };
    }
    return longest;
  }

  #replacement({ id }: OwnMatcher, value: string, start: number, end: number): Uint8Array {
    this.#findings.add(id);
    return this.#replacer.replace(id, toBytes(value), standsAsNumber(this.#window, start, end) ? 'number' : 'text');
  }
}

interface Match {
  readonly matcher: OwnMatcher;
  readonly end: number;
}

/**
 * The first place at the end of the text from which a match may go on: behind the last character that no match holds, and no
 * further back than the longest match reaches.
 */
function firstOpen({ characters, max }: OwnMatcher, text: string): number {
  let at = text.length;
  while (at > 0 && text.length - at < max && characters[columnOf(text.charCodeAt(at - 1))] === 1) at--;
  return at;
}

/** Behind the match that begins at `at`; -1 where there is none. What lies beyond the longest match is not looked at. */
function matchEnd({ expression, max, check }: OwnMatcher, text: string, at: number): number {
  // One character before it and one behind it, for word boundaries.
  const from = Math.max(0, at - 1);
  const near = text.slice(from, at + max + 1);
  expression.lastIndex = at - from;
  const match = expression.exec(near)?.[0];
  if (match === undefined || match.length > max || (check !== undefined && !isChecked(check, match))) return -1;
  return at + match.length;
}

function columnOf(unit: number): number {
  return unit < 0x80 ? unit : 0x80;
}

function isChecked(check: NonNullable<OwnMatcher['check']>, match: string): boolean {
  const compact = toBytes(match)
    .filter((byte) => (CLASSES[byte]! & WORD) !== 0)
    .map((byte) => ((CLASSES[byte]! & LOWER) === 0 ? byte : byte - 0x20));
  return check(compact, compact.length);
}

/** The unit that begins at this place of the raw text. */
function unitAt(offsets: Int32Array, place: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A place at or before `at` where a character of UTF-8 begins. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}
