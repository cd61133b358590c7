import { fromBytes } from '../bytes/text-bytes.ts';

const LF = 0x0a;
const CR = 0x0d;
/** Most bytes behind a boundary in its line: two dashes, white space, the line break. */
const MAX_REST = 64;

/**
 * Where the bytes to be scanned begin: within content, with the content of a part, or with the whole entity. Only there a
 * delimiter needs no line break before it; behind a header section some receivers see one without, and some do not.
 */
export type Beginning = 'inside' | 'content' | 'entity';

/** What comes next in the content of a multipart entity. */
export type Scanned =
  /** No boundary: bytes before `end` are content; those after it may belong to one. */
  | { readonly is: 'content'; readonly end: number }
  /** Bytes before `end` are content; a delimiter with its line breaks goes on to `next`. */
  | { readonly is: 'delimiter' | 'closing'; readonly end: number; readonly next: number }
  /** A boundary that some receivers would see and some not. */
  | { readonly is: 'ambiguous' };

/**
 * Finds lines that begin with the boundary.
 *
 * @source RFC 2046 §5.1.1
 */
export class BoundaryScanner {
  readonly #marker: Uint8Array;

  /** @param boundary in ASCII */
  constructor(boundary: string) {
    this.#marker = Uint8Array.from(`--${boundary}`, (character) => character.charCodeAt(0));
  }

  /** @param isLast whether nothing follows `data` */
  scan(data: Uint8Array, from: Beginning, isLast: boolean): Scanned {
    const first = from === 'inside' ? 'no' : this.#matchAt(data, 0);
    if (first === 'fully') return from === 'entity' ? this.#delimiter(data, 0, 0, isLast) : AMBIGUOUS;
    if (first === 'partly' && !isLast) return { is: 'content', end: 0 };
    for (let at = 0; at < data.length; at++) {
      if (data[at] !== LF && data[at] !== CR) continue;
      const isCrlf = data[at] === LF && data[at - 1] === CR;
      const match = this.#matchAt(data, at + 1);
      if (match === 'fully') return isCrlf ? this.#delimiter(data, at - 1, at + 1, isLast) : AMBIGUOUS;
      if (match === 'partly' && !isLast) return { is: 'content', end: isCrlf ? at - 1 : at };
    }
    return { is: 'content', end: data.length };
  }

  #matchAt(data: Uint8Array, at: number): 'fully' | 'partly' | 'no' {
    const length = Math.min(this.#marker.length, data.length - at);
    for (let i = 0; i < length; i++) if (data[at + i] !== this.#marker[i]) return 'no';
    return length === this.#marker.length ? 'fully' : 'partly';
  }

  /** @param end of the content @param start of the boundary itself */
  #delimiter(data: Uint8Array, end: number, start: number, isLast: boolean): Scanned {
    const after = start + this.#marker.length;
    const rest = fromBytes(data.subarray(after, after + MAX_REST));
    const line = /^(--)?[ \t]*\r\n/.exec(rest);
    if (line !== null) return { is: line[1] === undefined ? 'delimiter' : 'closing', end, next: after + line[0].length };
    if (rest.length === MAX_REST || !/^-?-?[ \t]*\r?$/.test(rest)) return AMBIGUOUS;
    if (!isLast) return { is: 'content', end };
    return /^--[ \t]*$/.test(rest) ? { is: 'closing', end, next: data.length } : AMBIGUOUS;
  }
}

const AMBIGUOUS: Scanned = { is: 'ambiguous' };
