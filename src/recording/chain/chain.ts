import { hash } from 'node:crypto';
import { RECORD_VERSION } from '../../core/exchange/record.ts';
import type { Bytes } from '../../core/units.ts';

/** Where a chain stands: what the next record will carry. */
export interface ChainHead {
  /** Sequence number of the next record. */
  readonly seq: number;
  /** `prev` of the next record. */
  readonly prev: string;
}

/** `sha256:<64 hex digits>` over the bytes of one line, without its newline. */
export function lineDigest(line: string | Uint8Array): string {
  return `sha256:${hash('sha256', line)}`;
}

/** The head of a chain in which nothing is written yet: sequence 0, the digest of nothing. */
export const CHAIN_START: ChainHead = { seq: 0, prev: lineDigest('') };

/** Who writes a line and when: both are printable ASCII without quotes. */
export interface LineFrame {
  readonly writer: string;
  /** RFC 3339. */
  readonly time: string;
}

const LEAST_ROOM: Bytes = 64 * 1024;
const NEWLINE = 0x0a;
const COMMA = 0x2c;

/**
 * Lines of the record, one after the other, each bound to everything before it. They are put where they are hashed, sealed and
 * written from, in memory that is used again: a text of all of them would be copied three times on the way there.
 */
export class LineBuffer {
  #bytes = Buffer.allocUnsafeSlow(LEAST_ROOM);
  #length: Bytes = 0;

  /** Forgets the lines. */
  clear(): void {
    this.#length = 0;
  }

  /** All lines since it was cleared, each with its newline: valid until the next call of another method. */
  get lines(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * Adds the line of one event.
   * @param head where the chain stands
   * @param body the event as made by `eventBody()`
   * @returns where the chain stands behind it
   */
  append({ seq, prev }: ChainHead, { writer, time }: LineFrame, body: string): ChainHead {
    const frame = `{"v":${RECORD_VERSION},"seq":${seq},"time":"${time}","writer":"${writer}","prev":"${prev}"`;
    const from = this.#length;
    const behind = from + frame.length;
    const end = behind + body.length;
    if (end >= this.#bytes.length) this.#grow(end + 1);
    // All of it is printable ASCII, so that one character is one byte.
    this.#bytes.write(frame, from, 'latin1');
    this.#bytes.write(body, behind, 'latin1');
    // In place of its brace.
    this.#bytes[behind] = COMMA;
    this.#bytes[end] = NEWLINE;
    this.#length = end + 1;
    return { seq: seq + 1, prev: lineDigest(this.#bytes.subarray(from, end)) };
  }

  #grow(length: Bytes): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length));
    larger.set(this.lines);
    this.#bytes = larger;
  }
}
