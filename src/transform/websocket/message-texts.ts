import type { Bytes } from '../../core/units.ts';
import { concatenate, EMPTY } from '../../masking/media/bytes/concatenate.ts';
import { filterWhole } from '../../masking/media/filter-whole.ts';
import { DeltaLanes } from '../../masking/media/lanes/delta-lanes.ts';
import type { Frame } from '../../masking/media/lanes/template.ts';
import type { Masking } from '../../masking/masker.ts';
import type { TextFilters } from '../masking/text-filters.ts';
import { TAIL, valueInto } from './value-across.ts';

/** No event of a language model is longer: what is, is not taken apart. */
const LONGEST_EVENT: Bytes = 1024 * 1024;
const OPENING_BRACE = 0x7b;

/**
 * Filters the text messages of one side.
 *
 * Objects of JSON are filtered each by itself; those in which a language model sends its text piece by piece are put together
 * as lanes, and what a lane holds back leaves in one more message of its kind.
 *
 * Any other text may go on in the next message, as that of a terminal does. It is not held back, since an answer may be
 * waited for; so when a value is found that was sent in two messages, its first part has left, and the rest of it is
 * replaced: the value as a whole never leaves.
 */
export class MessageTexts {
  readonly #texts: TextFilters;
  readonly #masking: Masking | undefined;
  readonly #lanes: DeltaLanes;
  /** Whole messages with what lanes held back. */
  #released: Uint8Array[] = [];
  readonly #frame: Frame = {
    wrap: (json) => {
      this.#released.push(json);
      return EMPTY;
    },
  };
  /** The end of the text so far, as it came. */
  #tail: Uint8Array = EMPTY;

  /**
   * @param texts what each text goes through
   * @param masking what is looked for across messages; absent where tokens are restored and nothing is masked
   */
  constructor(texts: TextFilters, masking?: Masking) {
    this.#texts = texts;
    this.#masking = masking;
    this.#lanes = new DeltaLanes({
      lane: (kind) => (kind === 'json' ? texts.json() : texts.value('')),
      text: () => texts.json(),
    });
  }

  /**
   * @param text of one message in UTF-8; must not change any more
   * @returns the messages that leave for it, in order
   * @throws UnreadableContent
   */
  message(text: Uint8Array): readonly Uint8Array[] {
    const isObject = text.find((byte) => byte > 0x20) === OPENING_BRACE;
    if (!isObject || text.length > LONGEST_EVENT) return [this.#goOn(text)];
    this.#tail = EMPTY;
    const { content } = this.#lanes.filter(text, this.#frame);
    return [...this.#release(), content];
  }

  /**
   * The payload of a control frame or the reason of a close: a text of its own.
   * @param most bytes of what leaves
   * @throws UnreadableContent
   */
  control(payload: Uint8Array, most: Bytes): Uint8Array {
    return wholeCharacters(filterWhole(this.#texts.value(''), payload), most);
  }

  /** Ends all texts. @returns messages with what was held back */
  finish(): readonly Uint8Array[] {
    this.#lanes.finish();
    return this.#release();
  }

  #release(): readonly Uint8Array[] {
    const released = this.#released;
    this.#released = [];
    return released;
  }

  #goOn(text: Uint8Array): Uint8Array {
    const masking = this.#masking;
    const filter = (part: Uint8Array): Uint8Array => filterWhole(this.#texts.json(), part);
    if (masking === undefined) return filter(text);
    const across = valueInto(masking.detection, this.#tail, text);
    const tail = this.#tail.subarray(-Math.max(1, TAIL - text.length));
    // A copy, so that a long message is not kept alive by its end.
    this.#tail = Uint8Array.from(concatenate([tail, text]).subarray(-TAIL));
    if (across === undefined) return filter(text);
    masking.findings.add(across.entity);
    return concatenate([masking.replacer.redact(across.entity), filter(text.subarray(across.length))]);
  }
}

/** The first `most` bytes, without half a character at their end. */
function wholeCharacters(text: Uint8Array, most: Bytes): Uint8Array {
  if (text.length <= most) return text;
  let end = most;
  while (end > 0 && (text[end]! & 0xc0) === 0x80) end--;
  return text.subarray(0, end);
}
