import type { Milliseconds } from '../../core/units.ts';
import { concatenate, EMPTY } from '../../masking/media/bytes/concatenate.ts';
import type { Masking } from '../../masking/masker.ts';
import { UnreadableContent } from '../../masking/unreadable.ts';
import type { TextFilter } from '../../masking/text-filter.ts';
import { chainTexts, maskingTexts, type TextFilters } from '../masking/text-filters.ts';
import type { SecretPatterns } from '../scrubbing/secret-scrubber.ts';
import { secretInto } from '../scrubbing/secret-into.ts';
import { scrubbingTexts } from '../scrubbing/scrubbing-texts.ts';
import { MessageTexts } from '../websocket/message-texts.ts';
import { TAIL, valueInto, type ValueAcross } from '../websocket/value-across.ts';

/** Where the copy of a text message goes. */
export interface MessageCopyReader {
  /** @param isWhole false where more of the same message follows */
  text(at: Milliseconds, masked: Uint8Array, isWhole: boolean): void;
  /** Nobody can tell what its receiver reads in it. */
  unread(at: Milliseconds, message: Uint8Array): void;
}

export interface MessageCopyOptions {
  /** All that a record has masked, and what the rule masks. */
  readonly masking: Masking;
  /** What was put into the handshake, and may come back. */
  readonly secrets?: SecretPatterns | undefined;
}

/** So many messages are held back at most, however short they are. */
const MOST_HELD = 1024;
/** No event of a language model is longer; what is, is not taken apart. */
const LONGEST_OBJECT = 1024 * 1024;
const OPENING_BRACE = 0x7b;

/** A message that may hold the beginning of a value which goes on in a later one. */
interface Held {
  readonly at: Milliseconds;
  /** The end of it, as it came. */
  readonly end: Uint8Array;
  readonly length: number;
  /** What is before it was given on, or belongs to a value that is replaced. */
  readonly next: number;
  /** Open since the first part of it was filtered. */
  readonly filter: TextFilter | undefined;
  /** Of a value that began before it, and goes on in it; absent where the label was given on. */
  readonly begun: string | undefined;
  /** From where on it belongs to a value that goes on behind it. */
  cut: { readonly from: number; readonly entity: string } | undefined;
}

/**
 * A copy of the text messages of one side of a WebSocket, masked. Unlike on the wire nobody waits for it, so that a value which is
 * sent in several messages is replaced in all of them: the last 4 KiB of text are held back until they can hold no beginning
 * of one. Objects of JSON are masked each by itself, as a whole.
 */
export class MessageCopy {
  readonly #options: MessageCopyOptions;
  readonly #texts: TextFilters;
  readonly #objects: MessageTexts;
  readonly #reader: MessageCopyReader;
  readonly #held: (Held | (() => void))[] = [];
  #last: Milliseconds = 0;

  constructor(options: MessageCopyOptions, reader: MessageCopyReader) {
    const { masking, secrets } = options;
    const mask = maskingTexts(masking);
    this.#options = options;
    this.#texts = secrets === undefined ? mask : chainTexts([scrubbingTexts(secrets, () => {}), mask]);
    this.#objects = new MessageTexts(this.#texts);
    this.#reader = reader;
  }

  /** @param text in UTF-8; must not change any more */
  text(at: Milliseconds, text: Uint8Array): void {
    this.#last = at;
    if (isObject(text)) {
      this.#letGo(0);
      this.#object(at, text);
      return;
    }
    const across = this.#across(text);
    if (across !== undefined) this.#replaceBefore(across);
    this.#hold(at, text, across);
  }

  /** Calls when all that came before has been given on. */
  behind(give: () => void): void {
    this.#held.push(give);
    this.#letGo(TAIL);
  }

  finish(): void {
    this.#letGo(0);
    for (const masked of this.#objects.finish()) this.#reader.text(this.#last, masked, true);
  }

  #object(at: Milliseconds, text: Uint8Array): void {
    try {
      for (const masked of this.#objects.message(text)) this.#reader.text(at, masked, true);
    } catch (error) {
      if (!(error instanceof UnreadableContent)) throw error;
      this.#reader.unread(at, text);
    }
  }

  #across(text: Uint8Array): ValueAcross | undefined {
    const held = this.#held.flatMap((each) => (typeof each === 'function' ? [] : [each.end]));
    const before = concatenate(held).subarray(-TAIL);
    const { masking, secrets } = this.#options;
    const secret = secrets && secretInto(secrets, before, text);
    return secret ?? valueInto(masking.detection, before, text);
  }

  #replaceBefore({ before, entity }: ValueAcross): void {
    let left = before;
    for (const each of this.#held.toReversed()) {
      if (left === 0) return;
      if (typeof each === 'function') continue;
      const taken = Math.min(left, each.end.length);
      const from = each.length - taken;
      if (each.cut === undefined || from < each.cut.from) each.cut = { from, entity };
      left -= taken;
    }
  }

  #hold(at: Milliseconds, text: Uint8Array, across: ValueAcross | undefined): void {
    const { length } = text;
    const replaced = across?.length ?? 0;
    const next = Math.max(replaced, length - TAIL);
    const head = text.subarray(replaced, next);
    const filter = head.length === 0 ? undefined : this.#texts.json();
    if (filter !== undefined) {
      this.#letGo(0);
      this.#reader.text(at, concatenate([this.#label(across?.entity), filter.push(head)]), false);
    }
    const begun = filter === undefined ? across?.entity : undefined;
    this.#held.push({ at, end: Uint8Array.from(text.subarray(-TAIL)), length, next, filter, begun, cut: undefined });
    this.#letGo(TAIL);
  }

  /** Gives on what lies more than `kept` bytes back. */
  #letGo(kept: number): void {
    let behind = this.#held.reduce((sum, each) => sum + (typeof each === 'function' ? 0 : each.end.length), 0);
    while (this.#held.length > 0) {
      const [first] = this.#held;
      if (typeof first !== 'function') behind -= first!.end.length;
      if (behind < kept && this.#held.length <= MOST_HELD && kept > 0) return;
      this.#held.shift();
      if (typeof first === 'function') first();
      else this.#give(first!);
    }
  }

  #give({ at, end, length, next, filter = this.#texts.json(), begun, cut }: Held): void {
    const start = length - end.length;
    const until = Math.max(next, cut?.from ?? length);
    const middle = filter.push(end.subarray(next - start, until - start));
    const parts = [this.#label(begun), middle, filter.finish()];
    // Where all of it belongs to values, one label says so.
    if (cut !== undefined && (until > next || begun === undefined)) parts.push(this.#label(cut.entity));
    this.#reader.text(at, concatenate(parts), true);
  }

  #label(entity: string | undefined): Uint8Array {
    if (entity === undefined) return EMPTY;
    return entity === SECRET ? SECRET_LABEL : this.#options.masking.replacer.redact(entity);
  }
}

const SECRET = 'secret';
const SECRET_LABEL = new TextEncoder().encode('REDACTED_SECRET');

/** What only begins as one does is a text that may go on in the next message. */
function isObject(text: Uint8Array): boolean {
  if (text.length > LONGEST_OBJECT || text.find((byte) => byte > 0x20) !== OPENING_BRACE) return false;
  try {
    JSON.parse(new TextDecoder().decode(text));
    return true;
  } catch {
    return false;
  }
}
