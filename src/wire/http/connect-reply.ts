import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';

/** What a proxy answered a CONNECT. */
export interface ConnectReply {
  /** 101, or 200 to 599. */
  readonly status: number;
  /** What came behind the header section; of 2xx it belongs to the tunnel, whatever framing the fields claim. */
  readonly rest: Uint8Array;
}

/** Most bytes of all header sections of one answer. */
export const CONNECT_REPLY_LIMIT: Bytes = 16 * 1024;

const STATUS_LINE = /^HTTP\/1\.[01] ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const FIELD_LINE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*$/;
const END = '\r\n\r\n';

/**
 * Reads the answer to a CONNECT as it arrives. Interim answers are passed over; fields are only looked at for their form.
 * @source RFC 9110 §9.3.6, RFC 9112 §4 and §5
 */
export class ConnectReplyReader {
  #head = '';
  #passed: Bytes = 0;

  /**
   * @returns undefined as long as there is more to come
   * @failure a sentence: it is no HTTP/1.1, or does not end
   */
  push(chunk: Uint8Array): Result<ConnectReply | undefined, string> {
    let from = Math.max(0, this.#head.length - END.length + 1);
    this.#head += latin1(chunk);
    for (;;) {
      const end = this.#head.indexOf(END, from);
      if (this.#passed + (end < 0 ? this.#head.length : end + END.length) > CONNECT_REPLY_LIMIT) {
        return fail(`Found a header section of more than ${CONNECT_REPLY_LIMIT} bytes`);
      }
      if (end < 0) return startsRight(this.#head) ? ok(undefined) : fail('Found something else than an HTTP/1.1 status line');
      const status = statusOf(this.#head.slice(0, end).split('\r\n'));
      if (!status.ok) return status;
      const length = end + END.length;
      if (status.value >= 200 || status.value === 101) {
        const rest = chunk.subarray(chunk.length - (this.#head.length - length));
        return ok({ status: status.value, rest });
      }
      this.#passed += length;
      this.#head = this.#head.slice(length);
      from = 0;
    }
  }
}

function statusOf([first = '', ...fields]: readonly string[]): Result<number, string> {
  const match = STATUS_LINE.exec(first);
  if (match === null) return fail('Found something else than an HTTP/1.1 status line');
  return fields.every((line) => FIELD_LINE.test(line)) ? ok(Number(match[1])) : fail('Found a malformed field line');
}

/** So that what is no HTTP is refused at once, not when it ends. */
function startsRight(head: string): boolean {
  const start = 'HTTP/1.';
  return head.length < start.length ? start.startsWith(head) : head.startsWith(start);
}

/** A character for each byte. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  // More than that as arguments may be too much for the stack.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
