import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';

/** The head of a request as it was sent, or of an answer as the origin gave it; values masked, credentials left out. */
export type RecordedHead =
  | { readonly method: string; readonly target: string; readonly fields: FieldLines; readonly omittedFields?: number }
  | { readonly status: number; readonly fields: FieldLines; readonly omittedFields?: number };

/** A message of a WebSocket, as a line of JSON. */
export interface SocketMessage {
  /** When it was whole, since the exchange began. */
  readonly at: Milliseconds;
  /** RFC 6455 §5.2: 1 is text, 2 is binary. */
  readonly opcode: 1 | 2;
  /** Masked; absent where nobody here reads it. */
  readonly data?: string;
  /** More of the same message follows in the next line. */
  readonly more?: true;
  /** Of what was not read. */
  readonly size?: Bytes;
  readonly digest?: string;
}

/** What an event says of its content beside the text. */
export interface ContentNotes {
  /** The text is lines of {@link SocketMessage}; in the first event of a part. */
  readonly form?: 'messages' | undefined;
  /** In the first event of a part. */
  readonly head?: RecordedHead | undefined;
  /** Content-Type without parameters, in lower case; in the first event of a part. */
  readonly mediaType?: string | undefined;
  /** Fields behind the content (RFC 9110 §6.5), as those of a head; in the last event of a part. */
  readonly trailers?: FieldLines | undefined;
  /** Where content was not read: its SHA-256, under HMAC with the key `hashes` for the home of the subject, in hex. */
  readonly digest?: string | undefined;
  /** Why it was not read, or not further, in a sentence that may quote the message. */
  readonly detail?: string | undefined;
}

/** What one event holds. */
export interface PlainContent {
  readonly notes: ContentNotes;
  /** Decoded and masked, in the charset of its media type. */
  readonly text: Uint8Array;
}

const PLAIN = 0;
const ZSTD = 1;
const LENGTH_BYTES = 4;
const NOTHING_SAID = '{}';
/** Below, compressing costs more than it saves: 25 µs however little there is (ADR 0015). */
const WORTH_COMPRESSING: Bytes = 8 * 1024;
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** No event holds more: what says it does was not written here. */
const MOST_PLAIN: Bytes = 1 << 18;

/** In UTF-8. */
const MOST_BYTES_PER_UNIT = 3;

/** `form | body`; the body is `u32 length | notes as JSON | text`, form 0 as it is, form 1 compressed (zstd). */
export class ContentPacker {
  #room = Buffer.allocUnsafeSlow(WORTH_COMPRESSING);

  /** @returns valid until the next call */
  pack({ notes, text }: PlainContent): Uint8Array {
    const said = JSON.stringify(notes);
    const most = 1 + LENGTH_BYTES + MOST_BYTES_PER_UNIT * said.length + text.length;
    if (most > this.#room.length) this.#room = Buffer.allocUnsafeSlow(most);
    const room = this.#room;
    const length = said === NOTHING_SAID ? 0 : room.write(said, 1 + LENGTH_BYTES);
    room[0] = PLAIN;
    room.writeUInt32BE(length, 1);
    room.set(text, 1 + LENGTH_BYTES + length);
    const body = room.subarray(0, 1 + LENGTH_BYTES + length + text.length);
    if (body.length < WORTH_COMPRESSING) return body;
    const compressed = zstdCompressSync(body.subarray(1), LEVEL);
    return compressed.length < body.length ? Buffer.concat([Uint8Array.of(ZSTD), compressed]) : body;
  }
}

/** Undefined for what {@link ContentPacker} did not make. */
export function unpackContent(packed: Buffer): PlainContent | undefined {
  try {
    const body =
      packed[0] === ZSTD ? zstdDecompressSync(packed.subarray(1), { maxOutputLength: MOST_PLAIN }) : packed.subarray(1);
    if (packed[0] !== ZSTD && packed[0] !== PLAIN) return undefined;
    const end = LENGTH_BYTES + body.readUInt32BE(0);
    if (end > body.length) return undefined;
    const said = body.toString('utf8', LENGTH_BYTES, end);
    return { notes: said === '' ? {} : (JSON.parse(said) as ContentNotes), text: body.subarray(end) };
  } catch {
    return undefined;
  }
}
