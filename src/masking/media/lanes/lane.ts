import type { TextFilter } from '../../text-filter.ts';
import { concatenate, EMPTY } from '../bytes/concatenate.ts';
import type { Template } from './template.ts';

/** A text that arrives in the deltas of many events, on its way through a filter. */
export class Lane {
  readonly scope: string;
  /** The last event that carried a piece of it. */
  template: Template;
  readonly #filter: TextFilter;
  /** The beginning of a character whose other bytes the filter still holds: half a character fits into no string. */
  #cut: Uint8Array = EMPTY;

  constructor(filter: TextFilter, scope: string, template: Template) {
    this.#filter = filter;
    this.scope = scope;
    this.template = template;
  }

  /** @returns what can be sent on, in whole characters */
  push(text: Uint8Array): Uint8Array {
    const sent = concatenate([this.#cut, this.#filter.push(text)]);
    const end = wholeCharacters(sent);
    this.#cut = end === sent.length ? EMPTY : sent.slice(end);
    return sent.subarray(0, end);
  }

  /** Ends the text. @returns what was held back */
  finish(): Uint8Array {
    return concatenate([this.#cut, this.#filter.finish()]);
  }
}

/** Bytes up to the end of the last character that is there as a whole. */
function wholeCharacters(text: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= text.length; back++) {
    const byte = text[text.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return characterLength(byte) > back ? text.length - back : text.length;
  }
  return text.length;
}

function characterLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
