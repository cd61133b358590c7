import { createHmac, type Hmac, type KeyObject } from 'node:crypto';

const CR = 0x0d;
const LF = 0x0a;
const CRLF = Buffer.from('\r\n');
const CLOSING = Buffer.from('--');
/** Bytes round a marker that tell what it is: the line break before it, and four behind it. One that is not complete yet has fewer. */
const HELD_BACK = 5;

/** One boundary parameter and no other, spelled in characters that nobody reads in two ways. */
const CONTENT_TYPE =
  /^(multipart\/[0-9a-z.+-]+)[ \t]*;[ \t]*boundary=(?:"([0-9a-z'()+_,\-./:=?]{1,70})"|([0-9a-z'+_\-.]{1,70}))$/i;

/** What the field of multipart content says; undefined where it is no multipart, or has more to say. */
export function boundaryOf(contentType: string): { readonly mediaType: string; readonly boundary: string } | undefined {
  const match = CONTENT_TYPE.exec(contentType);
  return match === null ? undefined : { mediaType: match[1]!, boundary: (match[2] ?? match[3])! };
}

/** `start`: before the first byte. A part's segment begins behind its delimiter, with the line break that ends it. */
type Phase = 'start' | 'preamble' | 'part' | 'epilogue' | 'unclear';

/**
 * Digest of multipart content that is the same whatever its boundary is called, and the same for nothing else.
 *
 * The content is cut at the marker, `--` and the boundary, wherever those bytes stand; what lies between is digested as it is,
 * with its kind and length, and not interpreted. Cut so, and joined again with the same marker, it is the same content: two
 * contents with one boundary never have the same segments. Two with different boundaries have only if one is the other with its
 * boundary renamed; and that changes nothing for any receiver, because each marker must stand as a delimiter that all
 * receivers see (RFC 2046 §5.1.1): behind CRLF or at the very beginning, before CRLF, the last one before `--` and then CRLF or
 * the end. Content in which a marker stands in any other way, or has no closing delimiter, has no such digest.
 */
export class MultipartDigest {
  readonly #key: KeyObject;
  readonly #marker: Buffer;
  readonly #segments: Hmac;
  #segment: Hmac;
  /** Bytes of the segment that were digested, and let go. */
  #length = 0;
  #phase: Phase = 'start';
  #rest: Buffer = Buffer.alloc(0);

  constructor(key: KeyObject, boundary: string) {
    this.#key = key;
    this.#marker = Buffer.from(`--${boundary}`, 'latin1');
    this.#segments = createHmac('sha256', key);
    this.#segment = createHmac('sha256', key);
  }

  push(bytes: Uint8Array): void {
    if (this.#phase === 'unclear') return;
    this.#read(Buffer.concat([this.#rest, bytes]), false);
  }

  /** Undefined where the content has no digest that leaves out its boundary. */
  finish(): Uint8Array | undefined {
    if (this.#phase !== 'unclear') this.#read(this.#rest, true);
    if (this.#phase !== 'epilogue') return undefined;
    this.#endSegment('epilogue');
    return this.#segments.digest();
  }

  #read(data: Buffer, isLast: boolean): void {
    let from = 0;
    for (let at = data.indexOf(this.#marker); at !== -1; at = data.indexOf(this.#marker, from)) {
      const after = at + this.#marker.length;
      // Four bytes tell what follows: `--` and a line break.
      if (!isLast && data.length < after + 4) break;
      const closes = data.subarray(after, after + 2).equals(CLOSING);
      if (!this.#isDelimiter(data, from, at, closes)) return this.#giveUp();
      this.#passDelimiter(data.subarray(from, Math.max(from, at - 2)), at, closes);
      from = after;
    }
    this.#keep(data, from, isLast);
  }

  /** Whether the marker at `at` is one that every receiver takes for a delimiter. */
  #isDelimiter(data: Buffer, from: number, at: number, closes: boolean): boolean {
    const after = at + this.#marker.length;
    const rest = data.subarray(closes ? after + 2 : after, closes ? after + 4 : after + 2);
    const endsLine = rest.equals(CRLF) || (closes && rest.length === 0);
    if (this.#phase === 'epilogue' || !endsLine) return false;
    const before = this.#length + at - from;
    if (this.#phase === 'start' && before === 0) return !closes;
    // The line break that ends one delimiter is not the one that begins the next.
    const least = this.#phase === 'part' ? 4 : 2;
    return before >= least && data[at - 2] === CR && data[at - 1] === LF && (this.#phase === 'part' || !closes);
  }

  #passDelimiter(left: Uint8Array, at: number, closes: boolean): void {
    const isAtStart = this.#phase === 'start' && this.#length === 0 && at === 0;
    this.#segment.update(left);
    this.#length += left.length;
    if (!isAtStart) this.#endSegment(this.#phase === 'part' ? 'part' : 'preamble');
    this.#phase = closes ? 'epilogue' : 'part';
  }

  /** Digests what cannot be part of a marker any more, the line break before one included. */
  #keep(data: Buffer, from: number, isLast: boolean): void {
    const until = isLast ? data.length : Math.max(from, data.length - this.#marker.length - HELD_BACK);
    this.#segment.update(data.subarray(from, until));
    this.#length += until - from;
    if (this.#phase === 'start' && this.#length > 0) this.#phase = 'preamble';
    this.#rest = Buffer.from(data.subarray(until));
  }

  #endSegment(kind: 'preamble' | 'part' | 'epilogue'): void {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(this.#length));
    this.#segments.update(KINDS[kind]).update(length).update(this.#segment.digest());
    this.#segment = createHmac('sha256', this.#key);
    this.#length = 0;
  }

  #giveUp(): void {
    this.#phase = 'unclear';
    this.#rest = Buffer.alloc(0);
  }
}

const KINDS = { preamble: Buffer.from('p'), part: Buffer.from('P'), epilogue: Buffer.from('e') } as const;
