import type { TextFilter } from '../text-filter.ts';
import { ByteCollector } from './bytes/byte-collector.ts';
import { concatenate } from './bytes/concatenate.ts';
import { sameBytes } from './bytes/same-bytes.ts';
import { decodeText } from './bytes/text-bytes.ts';
import { decodePercent, hasPercent, respellPercent } from './escapes/percent.ts';
import { filterWhole } from './filter-whole.ts';

/** Most bytes of one name or value as it is written. */
const MAX_VALUE = 1024 * 1024;

/** How often a value may be percent-encoded; what is encoded more often is read as it stands after these rounds. */
const ROUNDS = 3;

const AMPERSAND = 0x26;
const EQUALS = 0x3d;

/**
 * Filters `application/x-www-form-urlencoded` and query strings: each name and each value in the form it has for its
 * receiver, and in the forms that up to three rounds of decoding bring to light. Untouched bytes keep their spelling.
 *
 * A value is held until it ends; one of more than 1 MiB is refused.
 *
 * @source WHATWG URL §5
 */
export class FormFilter implements TextFilter {
  readonly #text: (fieldName: string) => TextFilter;
  readonly #held = new ByteCollector(MAX_VALUE, 'a name or value of a form');
  /** Name of the field whose value is being read. */
  #name: string | undefined;

  /** @param text makes the filter for the value of a field; for a name itself it is asked with an empty text */
  constructor(text: (fieldName: string) => TextFilter) {
    this.#text = text;
  }

  /** @throws UnreadableContent where a name or value is too long */
  push(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte !== AMPERSAND && (byte !== EQUALS || this.#name !== undefined)) continue;
      const piece = this.#held.complete(bytes, start, at);
      parts.push(this.#filter(piece), bytes.subarray(at, at + 1));
      this.#name = byte === EQUALS ? decodeText(decodePercent(piece, true).text) : undefined;
      start = at + 1;
    }
    this.#held.append(bytes.subarray(start));
    return concatenate(parts);
  }

  finish(): Uint8Array {
    return this.#filter(this.#held.take());
  }

  #filter(piece: Uint8Array): Uint8Array {
    const spelled = decodePercent(piece, true);
    const filtered = this.#filterRounds(spelled.text, ROUNDS - 1);
    return sameBytes(filtered, spelled.text) ? piece : respellPercent(spelled, filtered, true);
  }

  /** @param rounds how often the text may be decoded further */
  #filterRounds(text: Uint8Array, rounds: number): Uint8Array {
    const filtered = filterWhole(this.#text(this.#name ?? ''), text);
    if (rounds === 0 || !hasPercent(filtered)) return filtered;
    const spelled = decodePercent(filtered, false);
    const deeper = this.#filterRounds(spelled.text, rounds - 1);
    return sameBytes(deeper, spelled.text) ? filtered : respellPercent(spelled, deeper, false);
  }
}
