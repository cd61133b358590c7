import type { TextFilter } from '../../text-filter.ts';
import { UnreadableContent } from '../../unreadable.ts';
import { ByteCollector } from '../bytes/byte-collector.ts';
import { EMPTY } from '../bytes/concatenate.ts';
import { sameBytes } from '../bytes/same-bytes.ts';
import { filterWhole } from '../filter-whole.ts';
import { decodeBase64Lines, encodeBase64Lines } from './base64-lines.ts';
import type { TransferEncoding } from './part-headers.ts';
import { decodeQuotedPrintable, encodeQuotedPrintable } from './quoted-printable.ts';

/** Most bytes of a part that is not sent as it is. */
const MAX_ENCODED = 4 * 1024 * 1024;

const CODINGS = {
  base64: { decode: decodeBase64Lines, encode: encodeBase64Lines },
  'quoted-printable': { decode: decodeQuotedPrintable, encode: encodeQuotedPrintable },
} as const;

/**
 * Filters what the content of a part stands for. The part is held until it is whole: only then is it known whether its
 * bytes can stay as they are, lines and all.
 */
export class EncodedPartFilter implements TextFilter {
  readonly #encoding: Exclude<TransferEncoding, 'identity'>;
  readonly #inner: TextFilter;
  readonly #content = new ByteCollector(MAX_ENCODED, 'an encoded part');

  constructor(encoding: Exclude<TransferEncoding, 'identity'>, inner: TextFilter) {
    this.#encoding = encoding;
    this.#inner = inner;
  }

  /** @throws UnreadableContent where the part is too long */
  push(bytes: Uint8Array): Uint8Array {
    this.#content.append(bytes);
    return EMPTY;
  }

  /** @throws UnreadableContent where the content is not of its encoding */
  finish(): Uint8Array {
    const content = this.#content.take();
    const { decode, encode } = CODINGS[this.#encoding];
    const text = decode(content);
    if (text === undefined) throw new UnreadableContent(`Found a part that is said to be ${this.#encoding} and is not`);
    const filtered = filterWhole(this.#inner, text);
    return sameBytes(filtered, text) ? content : encode(filtered);
  }
}
