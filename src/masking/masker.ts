import type { Findings } from './finding.ts';
import { concatenate, EMPTY } from './media/bytes/concatenate.ts';
import { PartWriter } from './media/bytes/part-writer.ts';
import { copyOf } from './media/bytes/small-copy.ts';
import { decodeText, toBytes } from './media/bytes/text-bytes.ts';
import { standsAsNumber } from './scanning/context/bare-number.ts';
import { decodeValue } from './scanning/characters/decode-value.ts';
import type { Detection } from './scanning/detection.ts';
import { FIELD_VALUE_MAX, fitsField } from './scanning/context/field-value.ts';
import { CONTEXT_KEPT, Scanner, type Sink } from './scanning/scanner.ts';
import type { Replacer } from './strategies/replacer.ts';
import type { TextFilter } from './text-filter.ts';
import { UnreadableContent } from './unreadable.ts';

/** What a masker works with; one for all texts of an exchange that are masked alike. */
export interface Masking {
  readonly detection: Detection;
  readonly replacer: Replacer;
  readonly findings: Findings;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const BRACE = 0x7b;
const COMMA = 0x2c;
const MOST_NAMES = 10_000;
/** A longer one is looked at in pieces: so much of a text fits into the memory that it is looked at in. */
const PIECE = 65_536;
/** No value that is waited for has so many bytes, but with hundreds of backslashes before each character of it. */
const MOST_KEPT = 524_288;

/**
 * Replaces values in one text as it streams. It holds back the last run of what it was given, since that may go on; everything
 * before it is sent on at once, byte for byte as it came but for the values.
 */
export class Masker implements TextFilter, Sink {
  readonly #masking: Masking;
  readonly #scanner: Scanner;
  /** The end of the text so far: what was sent on and is still needed, then what is held back. */
  #kept: Uint8Array = EMPTY;
  /** Where in it what is held back begins. */
  #from = 0;
  /** Position of what is kept in the whole text. */
  #base = 0;
  /** What is scanned now: what is kept, and the piece that came; it is not there any longer when the call is over. */
  #window: Uint8Array = EMPTY;
  #piece: Uint8Array = EMPTY;
  readonly #parts = new PartWriter();
  /** Up to here the window was sent on or replaced. */
  #sentTo = 0;
  /** What was put in place of names of members, and for which values. */
  #names: Map<string, Map<string, number>> | undefined;

  constructor(masking: Masking) {
    this.#masking = masking;
    this.#scanner = new Scanner(masking.detection, this);
  }

  /**
   * A masker of a text that is the value of a field: its name speaks for all of it.
   * @param name in UTF-8
   */
  static forField(masking: Masking, name: Uint8Array): TextFilter {
    const masker = new Masker(masking);
    const forms = masker.#scanner.nameField(name);
    return forms.length === 0 ? masker : new NamedValue(masking, forms, masker);
  }

  push(bytes: Uint8Array): Uint8Array {
    return concatenate(this.pushParts(bytes));
  }

  /** None of the parts is empty. */
  pushParts(bytes: Uint8Array): readonly Uint8Array[] {
    if (bytes.length <= PIECE) this.#take(bytes);
    else for (let at = 0; at < bytes.length; at += PIECE) this.#take(bytes.subarray(at, at + PIECE));
    return this.#parts.take();
  }

  finish(): Uint8Array {
    this.#scan(EMPTY, true);
    this.#kept = EMPTY;
    this.#from = 0;
    return concatenate(this.#parts.take());
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const window = this.#scan(bytes, false);
    const kept = Math.max(0, this.#from - CONTEXT_KEPT);
    if (window.length - kept > MOST_KEPT)
      throw new UnreadableContent(
        `Found characters spelt in so many backslashes that a value may be of more than ${MOST_KEPT} bytes`,
      );
    this.#kept = copyOf(window, kept, window.length);
    this.#from -= kept;
    this.#base += kept;
  }

  /** @returns the window; what it is not held back of is sent on */
  #scan(bytes: Uint8Array, isFinal: boolean): Uint8Array {
    const window = this.#masking.detection.places.join(this.#kept, bytes);
    this.#window = window;
    this.#piece = bytes;
    this.#sentTo = this.#from;
    const settled = this.#scanner.scan(window, this.#from, this.#base, isFinal);
    this.#sendOn(settled);
    this.#from = settled;
    this.#window = EMPTY;
    this.#piece = EMPTY;
    return window;
  }

  /** Sends on what stands before `end`, as it came. */
  #sendOn(end: number): void {
    const start = this.#sentTo;
    if (end <= start) return;
    this.#sentTo = end;
    const border = this.#kept.length;
    this.#parts.write(this.#kept, start, Math.min(end, border));
    this.#parts.write(this.#piece, Math.max(0, start - border), end - border);
  }

  found(entity: number, start: number, end: number): void {
    const window = this.#window;
    const { id } = this.#masking.detection.entities[entity]!;
    const kind = standsAsNumber(window, start, end) ? 'number' : 'text';
    this.#masking.findings.add(id);
    const { replacer } = this.#masking;
    const replacement = replacer.fixed(id, kind) ?? replacer.replace(id, decodeValue(window, start, end), kind);
    this.#replace(start, end, this.#isKey(start, end) ? this.#apart(replacement, start, end) : replacement);
  }

  /** Whether it stands where the name of a member may stand: two members must not come to have one name. */
  #isKey(start: number, end: number): boolean {
    const window = this.#window;
    if (window[start - 1] !== QUOTE || (window[end] !== QUOTE && window[end] !== BACKSLASH)) return false;
    let i = start - 2;
    while (i >= 0 && (window[i]! <= SPACE || window[i] === BACKSLASH)) i--;
    return window[i] === BRACE || window[i] === COMMA;
  }

  /** Different values have different names where the replacement alone would not tell them apart. */
  #apart(replacement: Uint8Array, start: number, end: number): Uint8Array {
    const name = decodeText(replacement);
    const known = (this.#names ??= new Map<string, Map<string, number>>());
    let values = known.get(name);
    if (values === undefined) known.set(name, (values = new Map()));
    const value = decodeText(this.#window.subarray(start, end));
    let ordinal = values.get(value);
    if (ordinal === undefined) {
      if (values.size >= MOST_NAMES)
        throw new UnreadableContent(`Found more than ${MOST_NAMES} names of members to tell apart`);
      ordinal = values.size + 1;
      values.set(value, ordinal);
    }
    return ordinal === 1 ? replacement : toBytes(`${name}_${ordinal}`);
  }

  opened(entity: number, start: number): void {
    const { id } = this.#masking.detection.entities[entity]!;
    this.#masking.findings.add(id);
    // Its value is never whole here, so there is nothing to hash or to restore.
    this.#replace(start, start, this.#masking.replacer.redact(id));
  }

  closed(end: number, tail: string | undefined): void {
    this.#replace(this.#sentTo, end, tail === undefined || tail === '' ? EMPTY : toBytes(tail));
  }

  #replace(start: number, end: number, replacement: Uint8Array): void {
    this.#sendOn(start);
    this.#parts.write(replacement, 0, replacement.length);
    this.#sentTo = end;
  }
}

type Forms = ReturnType<Scanner['nameField']>;

/** A text that may be a value as a whole, because the name of its field says so. */
class NamedValue implements TextFilter {
  readonly #masking: Masking;
  readonly #forms: Forms;
  readonly #masker: Masker;
  #held: Uint8Array = EMPTY;
  #state: 'undecided' | 'masked' | 'dropped' = 'undecided';

  constructor(masking: Masking, forms: Forms, masker: Masker) {
    this.#masking = masking;
    this.#forms = forms;
    this.#masker = masker;
  }

  push(bytes: Uint8Array): Uint8Array {
    if (this.#state === 'masked') return this.#masker.push(bytes);
    if (this.#state === 'dropped') return EMPTY;
    // A copy: the bytes belong to the caller.
    const held = this.#held.length === 0 ? bytes.slice() : concatenate([this.#held, bytes]);
    this.#held = held;
    return held.length <= FIELD_VALUE_MAX ? EMPTY : this.#dealWithLong();
  }

  finish(): Uint8Array {
    if (this.#state === 'dropped') return EMPTY;
    if (this.#state === 'masked') return this.#masker.finish();
    const held = this.#held;
    const target = this.#forms.find(({ form }) => fitsField(form, held, true));
    if (target === undefined) {
      return concatenate([this.#masker.push(held), this.#masker.finish()]);
    }
    const { id } = this.#masking.detection.entities[target.entity]!;
    this.#masking.findings.add(id);
    return this.#masking.replacer.replace(id, held, 'text');
  }

  #dealWithLong(): Uint8Array {
    const target = this.#forms.find(({ form }) => form.value === 'any');
    if (target === undefined) {
      this.#state = 'masked';
      return this.#masker.push(this.#held);
    }
    this.#state = 'dropped';
    const { id } = this.#masking.detection.entities[target.entity]!;
    this.#masking.findings.add(id);
    return this.#masking.replacer.redact(id);
  }
}
