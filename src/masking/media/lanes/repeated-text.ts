import type { TextFilter } from '../../text-filter.ts';
import { sameBytes } from '../bytes/same-bytes.ts';
import { filterWhole } from '../filter-whole.ts';

/** How many texts are remembered, and how long one may be, in bytes. */
const REMEMBERED = 16;
const LONGEST = 512;

/**
 * Filters the short texts that stand around the deltas of a stream, each by itself. Nearly all of them come again with
 * every event, so the last ones in which nothing was found are remembered.
 */
export class RepeatedText {
  readonly #text: () => TextFilter;
  readonly #clean: Uint8Array[] = [];
  #next = 0;

  constructor(text: () => TextFilter) {
    this.#text = text;
  }

  /** @returns `text` itself where nothing had to change */
  filter(text: Uint8Array): Uint8Array {
    if (text.length === 0 || this.#clean.some((known) => sameBytes(known, text))) return text;
    const filtered = filterWhole(this.#text(), text);
    if (!sameBytes(filtered, text)) return filtered;
    if (text.length <= LONGEST) {
      this.#clean[this.#next] = text.slice();
      this.#next = (this.#next + 1) % REMEMBERED;
    }
    return text;
  }
}
