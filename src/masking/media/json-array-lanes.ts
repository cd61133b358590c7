import type { TextFilter } from '../text-filter.ts';
import { ByteCollector } from './bytes/byte-collector.ts';
import { concatenate, EMPTY } from './bytes/concatenate.ts';
import { toBytes } from './bytes/text-bytes.ts';
import { filterWhole } from './filter-whole.ts';
import { DeltaLanes, type LaneOptions } from './lanes/delta-lanes.ts';
import type { Frame } from './lanes/template.ts';

export interface JsonArrayLaneOptions extends LaneOptions {
  /** Most bytes of one element (1 MiB). */
  readonly maxElement?: number;
}

const MAX_ELEMENT = 1024 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACKET = 0x5d;
const CLOSING_BRACE = 0x7d;

/**
 * Filters a JSON array of objects that a language model sends one by one, as Gemini does where it is not asked for an event
 * stream; see {@link DeltaLanes}. What stands outside of the objects is filtered as text. An object that is the whole
 * content is read as the last of its kind.
 */
export class JsonArrayLanesFilter implements TextFilter {
  readonly #text: () => TextFilter;
  readonly #lanes: DeltaLanes;
  readonly #held: ByteCollector;
  readonly #nesting = new Nesting();
  /** What stands before the object that is being read: objects that are added come before its comma. */
  #between: Uint8Array = EMPTY;

  constructor(options: JsonArrayLaneOptions) {
    this.#text = options.text;
    this.#lanes = new DeltaLanes(options);
    this.#held = new ByteCollector(options.maxElement ?? MAX_ELEMENT, 'an element of an array');
  }

  /** @throws UnreadableContent */
  push(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const edge = this.#nesting.pass(bytes[at]!);
      if (edge === 'start') {
        this.#between = this.#held.complete(bytes, start, at);
        start = at;
      } else if (edge === 'end') {
        parts.push(this.#filter(this.#held.complete(bytes, start, at + 1)));
        start = at + 1;
      }
    }
    this.#held.append(bytes.subarray(start));
    return concatenate(parts);
  }

  /** @throws UnreadableContent */
  finish(): Uint8Array {
    const rest = concatenate([this.#between, this.#held.take()]);
    return concatenate([this.#lanes.finish(), filterWhole(this.#text(), rest)]);
  }

  #filter(element: Uint8Array): Uint8Array {
    const between = filterWhole(this.#text(), this.#between);
    this.#between = EMPTY;
    const { before, content } = this.#lanes.filter(element, FRAME, !this.#nesting.isInArray);
    return concatenate([before, between, content]);
  }
}

const COMMA = toBytes(',');
const FRAME: Frame = { wrap: (json) => concatenate([COMMA, json]) };

/** Follows brackets and strings of a JSON text as far as it takes to find the objects of its outermost array. */
class Nesting {
  isInArray = false;
  /** Open brackets within an object; 0 outside of one. */
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /** @returns whether an object of the array begins or ends with this byte */
  pass(byte: number): 'start' | 'end' | undefined {
    if (this.#isInString) {
      this.#passInString(byte);
      return undefined;
    }
    if (byte === QUOTE) this.#isInString = true;
    else if (byte === OPENING_BRACE || (byte === OPENING_BRACKET && this.#depth > 0)) {
      return this.#depth++ === 0 ? 'start' : undefined;
    } else if (byte === OPENING_BRACKET) this.isInArray = true;
    else if ((byte === CLOSING_BRACE || byte === CLOSING_BRACKET) && this.#depth > 0) {
      return --this.#depth === 0 ? 'end' : undefined;
    }
    return undefined;
  }

  #passInString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isInString = false;
  }
}
