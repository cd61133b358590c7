import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { RawFields, ReplySink } from '../core/reply-sink.ts';

/** The answer to a request that came over HTTP/1.1. */
export class Http1Reply implements ReplySink {
  readonly #response: ServerResponse;
  readonly #expectsContinue: boolean;
  #flowing = false;

  constructor(response: ServerResponse, expectsContinue: boolean) {
    this.#response = response;
    this.#expectsContinue = expectsContinue;
    // The origin's Date is passed on; an answer of the gateway itself has no need of one.
    response.sendDate = false;
  }

  get started(): boolean {
    return this.#response.headersSent;
  }

  get closed(): boolean {
    return this.#response.destroyed || this.#response.socket === null;
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
    // The status must not wait for the first content byte: a stream may be silent for minutes. Content that is there
    // already goes out in the same segment.
    process.nextTick(() => {
      if (!this.#flowing && !this.#response.destroyed) this.#response.flushHeaders();
    });
  }

  write(chunk: Uint8Array): boolean {
    this.#flowing = true;
    return this.#response.write(chunk);
  }

  whenDrained(listener: () => void): void {
    this.#response.once('drain', listener);
  }

  end(trailers: RawFields = []): void {
    this.#flowing = true;
    if (trailers.length > 0) this.#response.addTrailers(pairs(trailers));
    this.#response.end();
  }

  abort(): void {
    this.#response.destroy();
  }

  whenAborted(listener: () => void): void {
    this.#response.once('close', () => {
      if (!this.#response.writableFinished) listener();
    });
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

  start(status: number, _reason: string, fields: RawFields): void {
    for (const [name, value] of pairs(fields)) this.#response.appendHeader(name, value);
    this.#response.writeHead(status);
  }

  write(chunk: Uint8Array): boolean {
    return this.#response.write(chunk);
  }

  whenDrained(listener: () => void): void {
    this.#response.once('drain', listener);
  }

  end(trailers: RawFields = []): void {
    if (trailers.length > 0) this.#response.addTrailers(Object.fromEntries(pairs(trailers)));
    this.#response.end();
  }

  abort(): void {
    this.#response.stream.destroy(new Error('The exchange was cut'));
  }

  whenAborted(listener: () => void): void {
    this.#response.once('close', () => {
      if (!this.#response.stream.writableFinished) listener();
    });
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
