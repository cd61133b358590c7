import { RECORD_VERSION } from '../../core/exchange/record.ts';
import type { Bytes } from '../../core/units.ts';
import { PIECE_HEAD_BYTES, STANDS_APART, type ApartLines } from '../segment/apart-lines.ts';
import { lineDigest, type ChainHead } from './chain.ts';

/** Who writes a line and when: both are printable ASCII without quotes. */
export interface LineFrame {
  readonly writer: string;
  /** RFC 3339. */
  readonly time: string;
}

/** What a line says beside its frame. */
export interface LineBody {
  /** The event as made by `eventBody()`: printable ASCII. */
  readonly body: string;
  /** Of content: what stands behind its body, in base64. */
  readonly sealed?: Uint8Array | undefined;
}

/** Of the line without its frame. */
export function lineLength({ body, sealed }: LineBody): Bytes {
  return body.length + (sealed === undefined ? 0 : 4 * Math.ceil(sealed.length / 3) + BEHIND_SEALED);
}

/** A quote and a brace. */
const BEHIND_SEALED: Bytes = 2;

const LEAST_ROOM: Bytes = 64 * 1024;
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BRACE = 0x7d;

/**
 * Lines of the record, one after the other, each bound to everything before it. They are put where they are hashed, sealed and
 * written from, in memory that is used again: a text of all of them would be copied three times on the way there. What of them
 * is sealed already is put into its line to be hashed, and then beside the lines as it was.
 */
export class LineBuffer {
  #lines = Buffer.allocUnsafeSlow(LEAST_ROOM);
  #length: Bytes = 0;
  #pieces = Buffer.allocUnsafeSlow(LEAST_ROOM);
  #piecesLength: Bytes = 0;
  #plainLength: Bytes = 0;

  /** Forgets the lines. */
  clear(): void {
    this.#length = 0;
    this.#piecesLength = 0;
    this.#plainLength = 0;
  }

  /** All lines since it was cleared, each with its newline: valid until the next call of another method. */
  get all(): ApartLines {
    return {
      lines: this.#lines.subarray(0, this.#length),
      pieces: this.#pieces.subarray(0, this.#piecesLength),
      plainLength: this.#plainLength,
    };
  }

  /**
   * Adds the line of one event.
   * @param head where the chain stands
   * @returns where the chain stands behind it
   */
  append({ seq, prev }: ChainHead, { writer, time }: LineFrame, event: LineBody): ChainHead {
    const { body, sealed } = event;
    const frame = `{"v":${RECORD_VERSION},"seq":${seq},"time":"${time}","writer":"${writer}","prev":"${prev}"`;
    const from = this.#length;
    const behind = from + frame.length;
    const end = behind + lineLength(event);
    if (end >= this.#lines.length) this.#lines = grown(this.#lines, from, end + 1);
    // All of it is printable ASCII, so that one character is one byte.
    this.#lines.write(frame, from, 'latin1');
    this.#lines.write(body, behind, 'latin1');
    // In place of its brace.
    this.#lines[behind] = COMMA;
    const sealedAt = behind + body.length;
    if (sealed !== undefined) this.#putIn(this.#putApart(sealed), sealedAt);
    const digest = lineDigest(this.#lines.subarray(from, end));
    const kept = sealed === undefined ? end : this.#mark(sealedAt);
    this.#lines[kept] = NEWLINE;
    this.#length = kept + 1;
    this.#plainLength += end + 1 - from;
    return { seq: seq + 1, prev: digest };
  }

  /** @returns it in base64 */
  #putApart(sealed: Uint8Array): string {
    const head = this.#piecesLength;
    const from = head + PIECE_HEAD_BYTES;
    const end = from + sealed.length;
    if (end > this.#pieces.length) this.#pieces = grown(this.#pieces, head, end);
    this.#pieces.writeUInt32BE(sealed.length, head);
    this.#pieces.set(sealed, from);
    this.#piecesLength = end;
    return this.#pieces.toString('base64', from, end);
  }

  #putIn(text: string, at: Bytes): void {
    this.#lines.write(text, at, 'latin1');
    this.#lines[at + text.length] = QUOTE;
    this.#lines[at + text.length + 1] = BRACE;
  }

  /** Puts the mark in place of what is sealed, now that the whole line was hashed. @returns where the line ends that is kept */
  #mark(at: Bytes): Bytes {
    this.#lines[at] = STANDS_APART;
    this.#lines[at + 1] = QUOTE;
    this.#lines[at + 2] = BRACE;
    return at + 3;
  }
}

/** Room for `length` bytes at least, with the first `used` of `bytes` in it. */
function grown(bytes: Buffer, used: Bytes, length: Bytes): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * bytes.length));
  larger.set(bytes.subarray(0, used));
  return larger;
}
