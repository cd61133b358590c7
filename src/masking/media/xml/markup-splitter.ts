import { UnreadableContent } from '../../unreadable.ts';
import { fromBytes } from '../bytes/text-bytes.ts';

/** A piece of markup: what stands between two pieces of other kinds. */
export type Markup = 'text' | 'tag' | 'comment' | 'cdata' | 'instruction' | 'declaration';

const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;
const OPENING_BRACKET = 0x5b;
const DOCTYPE = /^<!doctype/i;

/** What a piece begins with, and with what it ends; a tag and a declaration end with the first `>` outside quotes. */
const OPENINGS: readonly (readonly [opening: string, markup: Markup, closing: string])[] = [
  ['<!--', 'comment', '-->'],
  ['<![CDATA[', 'cdata', ']]>'],
  ['<?', 'instruction', '?>'],
  ['<!', 'declaration', '>'],
  ['<', 'tag', '>'],
];

/** How much of a piece shows what it is. */
const LONGEST_OPENING = 9;

/** Finds where pieces of markup end in bytes that begin with one. It remembers nothing but how far it looked. */
export class MarkupSplitter {
  #looked = 0;
  #quote: number | undefined;

  /**
   * The first piece of `data`.
   *
   * @param isLast whether nothing follows `data`
   * @returns undefined where its end is not there yet
   * @throws UnreadableContent for a document type with declarations of its own, which could change what references mean
   */
  first(data: Uint8Array, isLast: boolean): { readonly markup: Markup; readonly end: number } | undefined {
    const piece = this.#find(data, isLast);
    if (piece !== undefined) this.#looked = 0;
    return piece;
  }

  #find(data: Uint8Array, isLast: boolean): { markup: Markup; end: number } | undefined {
    if (data.length === 0) return undefined;
    const [, markup, closing] = data[0] === LESS_THAN ? openingOf(data, isLast) : TEXT;
    if (markup === undefined) return undefined;
    const end = markup === 'text' ? this.#textEnd(data) : this.#markupEnd(data, markup, closing);
    if (end !== undefined) return { markup, end };
    return isLast ? { markup: 'text', end: data.length } : undefined;
  }

  #textEnd(data: Uint8Array): number | undefined {
    const end = data.indexOf(LESS_THAN, Math.max(1, this.#looked));
    this.#looked = data.length;
    return end < 0 ? undefined : end;
  }

  #markupEnd(data: Uint8Array, markup: Markup, closing: string): number | undefined {
    if (markup === 'tag' || markup === 'declaration') return this.#unquotedEnd(data, markup);
    let at = data.indexOf(GREATER_THAN, this.#looked);
    while (at >= 0) {
      const start = at - closing.length + 1;
      // HTML ends `<!-->` there, where XML goes on: what is no comment to all is read as text.
      if (start >= 2 && fromBytes(data.subarray(start, at + 1)) === closing) return at + 1;
      at = data.indexOf(GREATER_THAN, at + 1);
    }
    this.#looked = data.length;
    return undefined;
  }

  #unquotedEnd(data: Uint8Array, markup: Markup): number | undefined {
    for (let at = Math.max(1, this.#looked); at < data.length; at++) {
      const byte = data[at]!;
      if (this.#quote !== undefined) {
        if (byte === this.#quote) this.#quote = undefined;
      } else if (byte === 0x22 || byte === 0x27) this.#quote = byte;
      else if (byte === GREATER_THAN) return at + 1;
      else if (byte === OPENING_BRACKET && markup === 'declaration' && DOCTYPE.test(fromBytes(data.subarray(0, 9)))) {
        throw new UnreadableContent('Found a document type with an internal subset');
      }
    }
    this.#looked = data.length;
    return undefined;
  }
}

const TEXT = ['', 'text', ''] as const;

/** @returns no markup where too little of it is there */
function openingOf(data: Uint8Array, isLast: boolean): readonly [opening: string, markup: Markup | undefined, closing: string] {
  const ahead = fromBytes(data.subarray(0, LONGEST_OPENING));
  const isShort = ahead.length < LONGEST_OPENING && !isLast;
  if (isShort && OPENINGS.some(([opening]) => opening.length > ahead.length && opening.startsWith(ahead)))
    return ['', undefined, ''];
  const found = OPENINGS.find(([opening]) => ahead.startsWith(opening)) ?? TEXT;
  const isTag = found[1] !== 'tag' || /^<[A-Za-z_:/\x80-\xff]/.test(ahead);
  return isTag ? found : TEXT;
}
