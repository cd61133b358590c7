/** One message as it stood on the wire. */
export interface Http1Message {
  /** Request line or status line. */
  readonly startLine: string;
  /** In order, names in the case in which they were sent. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Without its framing. */
  readonly content: Buffer;
  readonly trailers: readonly (readonly [name: string, value: string])[];
  /** Every byte of it, latin-1. */
  readonly raw: string;
}

/** How the end of a message is found once its head is known (RFC 9112 §6.3). */
export type Framing = 'none' | 'close' | 'by-fields';

export interface ReaderEvents {
  readonly framing: (head: Http1Message) => Framing;
  readonly onHead?: (head: Http1Message) => void;
  readonly onMessage: (message: Http1Message) => void;
}

interface Head {
  readonly message: Http1Message;
  /** Bytes, the empty line included. */
  readonly length: number;
  readonly framing: Framing;
}

/**
 * Cuts a byte stream into HTTP/1.1 messages the way a plain receiver does: chunked first, else Content-Length. It is the
 * laboratory's own, so that what the gateway sends is not judged by the parser the gateway uses.
 */
export class Http1Reader {
  #buffer = Buffer.alloc(0);
  #head: Head | undefined;
  readonly #events: ReaderEvents;

  constructor(events: ReaderEvents) {
    this.#events = events;
  }

  push(chunk: Uint8Array): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (this.#advance());
  }

  /** The peer sent its last byte: a message delimited by close is over. */
  end(): void {
    if (this.#head?.framing === 'close') this.#complete(this.#buffer.length, this.#buffer.subarray(this.#head.length), []);
  }

  /** Bytes that belong to no message yet. */
  get rest(): Buffer {
    return this.#buffer;
  }

  #advance(): boolean {
    this.#head ??= this.#readHead();
    if (this.#head === undefined || this.#head.framing === 'close') return false;
    const { message, length, framing } = this.#head;
    if (framing === 'none') return this.#complete(length, Buffer.alloc(0), []);
    if (/\bchunked\b/i.test(valueOf(message, 'transfer-encoding') ?? '')) return this.#readChunked(length);
    const end = length + Number(valueOf(message, 'content-length') ?? 0);
    return this.#buffer.length >= end && this.#complete(end, this.#buffer.subarray(length, end), []);
  }

  #readHead(): Head | undefined {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const raw = this.#buffer.toString('latin1', 0, end + 4);
    const [startLine = '', ...lines] = raw.slice(0, -4).split('\r\n');
    const message = { startLine, fields: lines.map(fieldOf), content: Buffer.alloc(0), trailers: [], raw };
    this.#events.onHead?.(message);
    return { message, length: end + 4, framing: this.#events.framing(message) };
  }

  #readChunked(start: number): boolean {
    const chunks: Buffer[] = [];
    let offset = start;
    for (;;) {
      const lineEnd = this.#buffer.indexOf('\r\n', offset);
      if (lineEnd === -1) return false;
      const size = Number.parseInt(this.#buffer.toString('latin1', offset, lineEnd), 16);
      if (size === 0) return this.#readTrailers(lineEnd + 2, Buffer.concat(chunks));
      chunks.push(this.#buffer.subarray(lineEnd + 2, lineEnd + 2 + size));
      offset = lineEnd + 2 + size + 2;
      if (offset > this.#buffer.length) return false;
    }
  }

  #readTrailers(start: number, content: Buffer): boolean {
    if (this.#buffer.toString('latin1', start, start + 2) === '\r\n') return this.#complete(start + 2, content, []);
    const end = this.#buffer.indexOf('\r\n\r\n', start);
    if (end === -1) return false;
    return this.#complete(end + 4, content, this.#buffer.toString('latin1', start, end).split('\r\n').map(fieldOf));
  }

  #complete(end: number, content: Buffer, trailers: Http1Message['trailers']): true {
    const head = this.#head!;
    const raw = this.#buffer.toString('latin1', 0, end);
    const message = { ...head.message, content: Buffer.from(content), trailers, raw };
    this.#buffer = this.#buffer.subarray(end);
    this.#head = undefined;
    this.#events.onMessage(message);
    return true;
  }
}

/** The first value of a field, looked up without regard to case. */
export function valueOf(message: Pick<Http1Message, 'fields'>, name: string): string | undefined {
  return message.fields.find(([found]) => found.toLowerCase() === name)?.[1];
}

function fieldOf(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
