import type { TextFilter } from '../../text-filter.ts';
import { UnreadableContent } from '../../unreadable.ts';
import { concatenate, EMPTY } from '../bytes/concatenate.ts';
import { fromBytes } from '../bytes/text-bytes.ts';
import { filterWhole } from '../filter-whole.ts';
import { BoundaryScanner, type Beginning } from './boundary-scanner.ts';
import { EncodedPartFilter } from './encoded-part-filter.ts';
import { parsePartHeaders, type PartHeaders } from './part-headers.ts';

export interface MultipartOptions {
  /** Makes the filter for header sections, preamble and epilogue. */
  readonly text: () => TextFilter;
  /**
   * Says what becomes of the content of a part, once its transfer encoding is undone: it is filtered, refused, or copied as
   * it is. Parts that are multipart themselves are not asked about.
   */
  readonly part: (part: PartHeaders) => TextFilter | UnreadableContent | 'pass';
}

const MAX_DEPTH = 3;
const MAX_HEADERS = 16 * 1024;
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

type State = 'preamble' | 'headers' | 'content' | 'epilogue';

/**
 * Filters multipart entities: every part by its own media type, header sections as text. What two receivers could cut into
 * different parts is refused.
 *
 * @source RFC 2046 §5.1, RFC 7578
 */
export class MultipartFilter implements TextFilter {
  readonly #options: MultipartOptions;
  readonly #depth: number;
  readonly #scanner: BoundaryScanner;
  #state: State = 'preamble';
  #from: Beginning = 'entity';
  #content: TextFilter;
  #rest: Uint8Array = EMPTY;

  /**
   * @param boundary of the media type
   * @param depth of the entity among those that hold it
   * @throws UnreadableContent where there is no boundary or it is none
   */
  constructor(boundary: string | undefined, options: MultipartOptions, depth = 1) {
    if (boundary === undefined || !BOUNDARY.test(boundary)) {
      throw new UnreadableContent('Found a multipart media type without a boundary of 1 to 70 permitted characters');
    }
    if (depth > MAX_DEPTH) throw new UnreadableContent(`Found multipart entities nested deeper than ${MAX_DEPTH} levels`);
    this.#options = options;
    this.#depth = depth;
    this.#scanner = new BoundaryScanner(boundary);
    this.#content = options.text();
  }

  /** @throws UnreadableContent */
  push(bytes: Uint8Array): Uint8Array {
    return this.#read(bytes, false);
  }

  /** @throws UnreadableContent where the closing delimiter is missing */
  finish(): Uint8Array {
    const parts = [this.#read(EMPTY, true)];
    if (this.#state !== 'epilogue') throw new UnreadableContent('Found a multipart entity without its closing delimiter');
    return concatenate([...parts, this.#content.finish()]);
  }

  #read(bytes: Uint8Array, isLast: boolean): Uint8Array {
    const parts: Uint8Array[] = [];
    let data = concatenate([this.#rest, bytes]);
    for (let isMore = true; isMore;) {
      const step = this.#state === 'headers' ? this.#readHeaders(data) : this.#readContent(data, isLast);
      parts.push(...step.sent);
      data = data.subarray(step.length);
      isMore = step.isMore;
    }
    this.#rest = data.slice();
    return concatenate(parts);
  }

  #readContent(data: Uint8Array, isLast: boolean): Step {
    const scanned = this.#scanner.scan(data, this.#from, isLast);
    if (scanned.is === 'ambiguous') throw new UnreadableContent('Found a boundary where not every receiver sees one');
    const { end } = scanned;
    if (scanned.is === 'content') {
      if (end > 0) this.#from = 'inside';
      return { sent: [this.#content.push(data.subarray(0, end))], length: end, isMore: false };
    }
    if (this.#state === 'epilogue') throw new UnreadableContent('Found a boundary behind the closing delimiter');
    if (this.#state === 'preamble' && scanned.is === 'closing')
      throw new UnreadableContent('Found a multipart entity without parts');
    const sent = [this.#content.push(data.subarray(0, end)), this.#content.finish(), data.subarray(end, scanned.next)];
    if (scanned.is === 'closing') this.#enter('epilogue', this.#options.text());
    else this.#state = 'headers';
    return { sent, length: scanned.next, isMore: true };
  }

  #readHeaders(data: Uint8Array): Step {
    const end = headersEnd(data);
    if (end === undefined || end > MAX_HEADERS) {
      if (data.length > MAX_HEADERS)
        throw new UnreadableContent(`Found a part with header fields of more than ${MAX_HEADERS} bytes`);
      return { sent: [], length: 0, isMore: false };
    }
    const section = data.subarray(0, end);
    const headers = parsePartHeaders(section);
    const filtered = filterWhole(this.#options.text(), section);
    if (fromBytes(filtered).split('\r\n').length !== fromBytes(section).split('\r\n').length) {
      throw new UnreadableContent('Found a value with a line break for a header field of a part');
    }
    this.#enter('content', this.#partFilter(headers));
    return { sent: [filtered, data.subarray(end, end + 2)], length: end + 2, isMore: true };
  }

  #enter(state: State, content: TextFilter): void {
    this.#state = state;
    this.#content = content;
    this.#from = 'content';
  }

  #partFilter(headers: PartHeaders): TextFilter {
    const { mediaType, encoding } = headers;
    if (mediaType.essence.startsWith('multipart/')) {
      if (encoding !== 'identity') throw new UnreadableContent(`Found a multipart part that is ${encoding}`);
      return new MultipartFilter(mediaType.parameters.get('boundary'), this.#options, this.#depth + 1);
    }
    const filter = this.#options.part(headers);
    if (filter === 'pass') return PASS;
    if (filter instanceof UnreadableContent) throw filter;
    return encoding === 'identity' ? filter : new EncodedPartFilter(encoding, filter);
  }
}

interface Step {
  readonly sent: readonly Uint8Array[];
  /** How much was read. */
  readonly length: number;
  readonly isMore: boolean;
}

const PASS: TextFilter = { push: (bytes) => bytes, finish: () => EMPTY };

/** Where the empty line behind a header section begins; undefined where it is not there yet. */
function headersEnd(data: Uint8Array): number | undefined {
  if (data[0] === 0x0d && data[1] === 0x0a) return 0;
  for (let at = data.indexOf(0x0a); at >= 0; at = data.indexOf(0x0a, at + 1)) {
    if (data[at - 1] === 0x0d && data[at + 1] === 0x0d && data[at + 2] === 0x0a) return at + 1;
  }
  return undefined;
}
