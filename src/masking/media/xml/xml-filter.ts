import type { TextFilter } from '../../text-filter.ts';
import { UnreadableContent } from '../../unreadable.ts';
import { ByteCollector } from '../bytes/byte-collector.ts';
import { concatenate } from '../bytes/concatenate.ts';
import { sameBytes } from '../bytes/same-bytes.ts';
import { decodeText, fromBytes } from '../bytes/text-bytes.ts';
import { classifyCharset } from '../charset/classify-charset.ts';
import { respell } from '../escapes/respell.ts';
import { filterWhole } from '../filter-whole.ts';
import { ElementNames } from './element-names.ts';
import { MarkupSplitter, type Markup } from './markup-splitter.ts';
import { decodeReferences, encodeReferences } from './references.ts';

/** Most bytes of one piece: a text between two tags, a tag, a comment. */
const MAX_PIECE = 4 * 1024 * 1024;

/** How much is taken at a time, so that the limit is one of pieces and not of chunks. */
const WINDOW = 64 * 1024;

/**
 * Filters XML and HTML. References to characters are decoded for the filter in texts and in attribute values; comments,
 * CDATA sections and instructions are filtered as they stand, and so is everything else of a tag: what a parser of HTML
 * takes for text where this one sees a tag is filtered all the same. Each text is filtered by itself: a value with tags
 * within it is not found.
 */
export class XmlFilter implements TextFilter {
  readonly #text: (name: string) => TextFilter;
  readonly #splitter = new MarkupSplitter();
  readonly #names = new ElementNames();
  readonly #held = new ByteCollector(MAX_PIECE, 'a piece of markup');

  /** @param text makes the filter for a text by the name of its element or attribute; empty outside of any */
  constructor(text: (name: string) => TextFilter) {
    this.#text = text;
  }

  /** @throws UnreadableContent */
  push(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += WINDOW) {
      this.#held.append(bytes.subarray(at, at + WINDOW));
      parts.push(this.#read(false));
    }
    return concatenate(parts);
  }

  /** @throws UnreadableContent */
  finish(): Uint8Array {
    return this.#read(true);
  }

  #read(isLast: boolean): Uint8Array {
    const data = this.#held.bytes;
    const parts: Uint8Array[] = [];
    let at = 0;
    for (;;) {
      const piece = this.#splitter.first(data.subarray(at), isLast);
      if (piece === undefined) break;
      parts.push(this.#filter(piece.markup, data.subarray(at, at + piece.end)));
      at += piece.end;
    }
    // Parts may be views of what is held, which moves now.
    const sent = concatenate(parts).slice();
    this.#held.drop(at);
    return sent;
  }

  #filter(markup: Markup, piece: Uint8Array): Uint8Array {
    if (markup === 'tag') return this.#filterTag(piece);
    if (markup === 'text') return this.#filterText(piece, this.#names.current);
    if (markup === 'instruction') refuseCharset(piece);
    return filterWhole(this.#text(markup === 'cdata' ? this.#names.current : ''), piece);
  }

  #filterTag(tag: Uint8Array): Uint8Array {
    const text = fromBytes(tag);
    const parts: Uint8Array[] = [];
    let at = 0;
    for (const match of text.matchAll(QUOTED)) {
      const start = match.index + match[1]!.length + 1;
      const end = match.index + match[0].length - 1;
      parts.push(this.#filterText(tag.subarray(at, start), ''));
      parts.push(this.#filterText(tag.subarray(start, end), attributeName(decodeText(tag.subarray(at, start)).slice(0, -1))));
      at = end;
    }
    parts.push(this.#filterText(tag.subarray(at), ''));
    this.#names.pass(decodeText(tag));
    return concatenate(parts);
  }

  #filterText(source: Uint8Array, name: string): Uint8Array {
    const spelled = decodeReferences(source);
    const filtered = filterWhole(this.#text(name), spelled.text);
    return sameBytes(filtered, spelled.text) ? source : respell(spelled, filtered, encodeReferences);
  }
}

/** What stands before a quoted value in a tag, and the value with its quotes. */
const QUOTED = /([^"']*)(?:"[^"]*"|'[^']*')/gy;

/** How far back the name of an attribute is looked for. */
const LONGEST_NAME = 256;

function attributeName(before: string): string {
  return /([^\s"'<>/=]+)\s*=\s*$/.exec(before.slice(-LONGEST_NAME))?.[1] ?? '';
}

/** An encoding that the document declares itself, and that its media type does not contradict. */
function refuseCharset(instruction: Uint8Array): void {
  const text = fromBytes(instruction.subarray(0, 256));
  const charset = /^<\?xml\s[^>]*\bencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
  if (charset !== undefined && classifyCharset(charset) === 'other') {
    throw new UnreadableContent(`Found the charset ${JSON.stringify(charset.slice(0, 40))}, which cannot be read`);
  }
}
