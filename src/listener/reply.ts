import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { RawFields, ReplySink } from '../core/exchange/reply-sink.ts';
import { groupedFields } from '../wire/http/fields.ts';

/** Content up to this size is held for the rest of its turn of the event loop, to leave in one segment with the head. */
const HOLDABLE = 4 * 1024;

/** The answer to a request that came over HTTP/1.1. */
export class Http1Reply implements ReplySink {
  readonly #response: ServerResponse;
  /** Kept here: the request loses its own when the content it brings is broken off. */
  readonly #socket: Socket;
  readonly #expectsContinue: boolean;
  /** The head, and perhaps the first content, wait for the end of this turn. */
  #isHolding = false;
  #held: Uint8Array | undefined;

  constructor(response: ServerResponse, expectsContinue: boolean) {
    this.#response = response;
    this.#socket = response.req.socket;
    this.#expectsContinue = expectsContinue;
    // The origin's Date is passed on; an answer of the gateway itself has no need of one.
    response.sendDate = false;
  }

  get started(): boolean {
    return this.#response.headersSent;
  }

  get closed(): boolean {
    // Without a socket it waits for the answers before it, on a connection that may be gone.
    return this.#response.destroyed || this.#socket.destroyed;
  }

  continue(): void {
    if (this.#expectsContinue && !this.started) this.#response.writeContinue();
  }

  inform(status: number, fields: RawFields): void {
    // Node writes no interim response but 100, 102 and 103; only 103 carries fields that a client uses.
    if (status === 102) this.#response.writeProcessing();
    if (status === 103) this.#response.writeEarlyHints(earlyHints(fields));
  }

  start(status: number, reason: string, fields: RawFields): void {
    this.#response.writeHead(status, reason, fields as string[]);
    this.#isHolding = true;
    // The status must not wait for content: a stream may be silent for minutes.
    process.nextTick(() => this.#release());
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isHolding && this.#held === undefined && chunk.length <= HOLDABLE) {
      this.#held = chunk;
      return true;
    }
    this.#release();
    return this.#response.write(chunk);
  }

  whenDrained(listener: () => void): void {
    this.#response.once('drain', listener);
  }

  end(trailers: RawFields = []): void {
    if (trailers.length > 0) this.#response.addTrailers(pairs(trailers));
    const held = this.#take();
    // As text of the same octets it is joined with the head before the write: one system call, where two buffers cost
    // twice as much as all of the judging.
    if (held === undefined) this.#response.end();
    else this.#response.end(Buffer.from(held.buffer, held.byteOffset, held.byteLength).toString('latin1'), 'latin1');
  }

  abort(): void {
    this.#response.destroy();
  }

  whenAborted(listener: () => void): void {
    // It may have gone while the request was judged.
    if (this.closed) listener();
    else {
      // Closed once: `once` would wrap the listener for nothing.
      this.#response.on('close', () => {
        if (!this.#response.writableFinished) listener();
      });
    }
  }

  #take(): Uint8Array | undefined {
    const held = this.#held;
    this.#isHolding = false;
    this.#held = undefined;
    return held;
  }

  #release(): void {
    if (!this.#isHolding) return;
    const held = this.#take();
    if (this.#response.destroyed) return;
    if (held === undefined) this.#response.flushHeaders();
    else this.#response.write(held);
  }
}

/** An ordinary answer to a request whose socket Node handed over raw (CONNECT, upgrade); the connection ends with it. */
export function replyOnSocket(message: IncomingMessage, socket: Socket): ReplySink {
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    socket.destroySoon();
  });
  return new Http1Reply(response, false);
}

/** The answer to a request that came over HTTP/2. */
export class Http2Reply implements ReplySink {
  readonly #response: Http2ServerResponse;
  readonly #expectsContinue: boolean;
  /** Node ends a stream that its client reset, so the stream's own state does not tell. */
  #ended = false;

  constructor(response: Http2ServerResponse, expectsContinue: boolean) {
    this.#response = response;
    this.#expectsContinue = expectsContinue;
    response.sendDate = false;
  }

  get started(): boolean {
    return this.#response.headersSent;
  }

  get closed(): boolean {
    return this.#response.stream.destroyed;
  }

  continue(): void {
    if (this.#expectsContinue && !this.started) this.#response.writeContinue();
  }

  inform(status: number, fields: RawFields): void {
    if (status === 103) this.#response.writeEarlyHints(earlyHints(fields));
  }

  start(status: number, _reason: string, fields: RawFields, isAll = false): void {
    // An earlier start may have failed on fields that HTTP/2 forbids, and left those before them behind.
    for (const name of this.#response.getHeaderNames()) this.#response.removeHeader(name);
    for (const [name, value] of pairs(fields)) this.#response.appendHeader(name, value);
    if (!isAll) {
      this.#response.writeHead(status);
      return;
    }
    this.#response.statusCode = status;
    this.#response.end();
    this.#ended = true;
  }

  write(chunk: Uint8Array): boolean {
    return this.#response.write(chunk);
  }

  whenDrained(listener: () => void): void {
    this.#response.once('drain', listener);
  }

  end(trailers: RawFields = []): void {
    if (this.#ended) return;
    this.#ended = true;
    if (trailers.length > 0) this.#response.addTrailers(groupedFields(trailers));
    this.#response.end();
  }

  abort(): void {
    this.#response.stream.destroy(new Error('The exchange was cut'));
  }

  whenAborted(listener: () => void): void {
    if (this.closed) listener();
    else {
      this.#response.once('close', () => {
        if (!this.#ended) listener();
      });
    }
  }
}

function pairs(flat: RawFields): [string, string][] {
  const result: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) result.push([flat[i]!, flat[i + 1]!]);
  return result;
}

function earlyHints(fields: RawFields): Record<string, string | string[]> {
  const hints: Record<string, string | string[]> = {};
  const links: string[] = [];
  for (const [name, value] of pairs(fields)) {
    if (name.toLowerCase() === 'link') links.push(value);
    else hints[name.toLowerCase()] = value;
  }
  return { ...hints, link: links };
}
