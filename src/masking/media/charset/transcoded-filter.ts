import { partsOf, type TextFilter } from '../../text-filter.ts';
import { UnreadableContent } from '../../unreadable.ts';
import { concatenate, EMPTY } from '../bytes/concatenate.ts';
import { classifyCharset, type CharsetClass } from './classify-charset.ts';
import { TextGuard } from './text-guard.ts';
import { Utf16Decoder, Utf16Encoder } from './utf16.ts';

/** Longest byte order mark. */
const MARK = 4;

/**
 * Lets a filter see text of any charset that can be read for certain as UTF-8, or as bytes that have ASCII in them as it
 * is. UTF-16 is decoded and encoded again; a byte order mark stays where it is, unseen. Everything else is refused: other
 * charsets, a mark that contradicts the name, UTF-16 whose byte order nobody states, NUL bytes.
 */
export class TranscodedFilter implements TextFilter {
  readonly #declared: Declared | undefined;
  readonly #inner: TextFilter;
  /** Bytes that may be a mark, until it is known. */
  #start: Uint8Array | undefined = EMPTY;
  #text: TextFilter;

  /**
   * @param charset as it is declared; absent where nothing is
   * @throws UnreadableContent for a charset that cannot be read, which it names
   */
  constructor(charset: string | undefined, inner: TextFilter) {
    this.#declared = charset === undefined ? undefined : readable(charset);
    this.#inner = inner;
    this.#text = inner;
  }

  /** @throws UnreadableContent */
  push(bytes: Uint8Array): Uint8Array {
    if (this.#start === undefined) return this.#text.push(bytes);
    const start = concatenate([this.#start, bytes]);
    if (start.length < MARK) {
      this.#start = start.slice();
      return EMPTY;
    }
    return this.#begin(start);
  }

  /** @throws UnreadableContent */
  pushParts(bytes: Uint8Array): readonly Uint8Array[] {
    return this.#start === undefined ? partsOf(this.#text, bytes) : [this.push(bytes)];
  }

  /** @throws UnreadableContent */
  finish(): Uint8Array {
    const parts = this.#start === undefined ? [] : [this.#begin(this.#start)];
    return concatenate([...parts, this.#text.finish()]);
  }

  #begin(start: Uint8Array): Uint8Array {
    this.#start = undefined;
    const mark = markOf(start);
    const charset = resolve(this.#declared, mark.charset);
    this.#text = charset === 'ascii' ? new TextGuard(this.#inner) : new Utf16Filter(charset === 'utf-16le', this.#inner);
    return concatenate([start.subarray(0, mark.bytes.length), this.#text.push(start.subarray(mark.bytes.length))]);
  }
}

type Declared = Exclude<CharsetClass, 'other'>;

function readable(charset: string): Declared {
  const declared = classifyCharset(charset);
  if (declared !== 'other') return declared;
  throw new UnreadableContent(`Found the charset ${JSON.stringify(charset.slice(0, 40))}, which cannot be read`);
}

interface Mark {
  readonly bytes: readonly number[];
  readonly charset: 'ascii' | 'utf-16le' | 'utf-16be' | 'utf-32' | undefined;
}

/** The longer ones first: two of them begin with the same bytes. */
const MARKS: readonly Mark[] = [
  { bytes: [0xff, 0xfe, 0, 0], charset: 'utf-32' },
  { bytes: [0, 0, 0xfe, 0xff], charset: 'utf-32' },
  { bytes: [0xff, 0xfe], charset: 'utf-16le' },
  { bytes: [0xfe, 0xff], charset: 'utf-16be' },
  { bytes: [0xef, 0xbb, 0xbf], charset: 'ascii' },
];

const NO_MARK: Mark = { bytes: [], charset: undefined };

/** @source WHATWG Encoding §6 (BOM sniff); Unicode §2.6 */
function markOf(start: Uint8Array): Mark {
  return MARKS.find(({ bytes }) => bytes.every((byte, i) => start[i] === byte)) ?? NO_MARK;
}

function resolve(declared: Declared | undefined, marked: Mark['charset']): 'ascii' | 'utf-16le' | 'utf-16be' {
  if (declared === 'utf-16') {
    if (marked === 'utf-16le' || marked === 'utf-16be') return marked;
    throw new UnreadableContent('Found UTF-16 without its byte order');
  }
  if (marked === 'utf-32') throw new UnreadableContent('Found the byte order mark of UTF-32, which cannot be read');
  if (declared !== undefined && marked !== undefined && declared !== marked) {
    throw new UnreadableContent(`Found ${declared} with the byte order mark of ${marked}`);
  }
  return declared ?? marked ?? 'ascii';
}

class Utf16Filter implements TextFilter {
  readonly #inner: TextFilter;
  readonly #decoder: Utf16Decoder;
  readonly #encoder: Utf16Encoder;

  constructor(isLittleEndian: boolean, inner: TextFilter) {
    this.#inner = inner;
    this.#decoder = new Utf16Decoder(isLittleEndian);
    this.#encoder = new Utf16Encoder(isLittleEndian);
  }

  push(bytes: Uint8Array): Uint8Array {
    return this.#encoder.push(this.#inner.push(this.#decoder.push(bytes)));
  }

  finish(): Uint8Array {
    const text = concatenate([this.#inner.push(this.#decoder.finish()), this.#inner.finish()]);
    return concatenate([this.#encoder.push(text), this.#encoder.finish()]);
  }
}
