import { Http1Reader, type Http1Message } from './http1-reader.ts';
import { openRecordingServer, type Connection, type RecordingServer, type ServerOptions } from './recording-server.ts';

/** A request as the origin server received it. */
export interface OriginRequest extends Http1Message {
  readonly method: string;
  readonly target: string;
  readonly connection: Connection;
}

/** Answers one request by writing raw bytes to `request.connection.socket`; `origin-scripts.ts` has the usual ones. */
export type Script = (request: OriginRequest) => void | Promise<void>;

export interface OriginHandlers {
  /** Instead of reading requests at all: the connection is the script's. */
  readonly onConnection?: (connection: Connection) => void;
  /** When the header section is complete, before any content. */
  readonly onHead?: Script;
  /** When the whole request is there. */
  readonly onRequest?: Script;
}

export interface OriginOptions extends ServerOptions {
  /** `echo` (the default) answers 200 with what it received as JSON. */
  readonly handler?: 'echo' | Script | OriginHandlers;
}

export interface Origin extends RecordingServer {
  /** Complete requests in the order of their ends, as this receiver frames them. */
  readonly requests: readonly OriginRequest[];
  /** Every decrypted byte in order of arrival, latin-1: what no request of {@link requests} accounts for is in here too. */
  readonly received: string;
  /** Resolves when `count` requests are complete; rejects after `timeoutMs`. */
  waitForRequests(count: number, timeoutMs?: number): Promise<readonly OriginRequest[]>;
}

/** An HTTP/1.1 origin server on loopback, cleartext or TLS, that keeps every byte it gets. */
export async function startOrigin(options: OriginOptions = {}): Promise<Origin> {
  const handlers = handlersOf(options.handler ?? 'echo');
  const requests: OriginRequest[] = [];
  const waiting = new Set<() => void>();
  let received = '';
  const server = await openRecordingServer(options, (connection) => {
    connection.socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    if (handlers.onConnection !== undefined) return handlers.onConnection(connection);
    readRequests(connection, handlers, (request) => {
      requests.push(request);
      for (const check of waiting) check();
    });
  });
  return Object.defineProperties(server as Origin, {
    requests: { value: requests },
    received: { get: () => received },
    waitForRequests: {
      value: (count: number, timeoutMs = 5_000) => waitUntil(() => requests.length >= count, waiting, timeoutMs, requests),
    },
  });
}

function handlersOf(handler: 'echo' | Script | OriginHandlers): OriginHandlers {
  if (handler === 'echo') return { onRequest: echo };
  return typeof handler === 'function' ? { onRequest: handler } : handler;
}

function readRequests(connection: Connection, handlers: OriginHandlers, keep: (request: OriginRequest) => void): void {
  const reader = new Http1Reader({
    framing: () => 'by-fields',
    onHead: (head) => void handlers.onHead?.(asRequest(head, connection)),
    onMessage: (message) => {
      const request = asRequest(message, connection);
      keep(request);
      void handlers.onRequest?.(request);
    },
  });
  connection.socket.on('data', (chunk: Buffer) => reader.push(chunk));
  connection.socket.on('end', () => connection.socket.end());
}

function asRequest(message: Http1Message, connection: Connection): OriginRequest {
  const [method = '', target = ''] = message.startLine.split(' ');
  return { ...message, method, target, connection };
}

/** What `echo` answers with. */
export interface Echo {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly (readonly [string, string])[];
  readonly content: string;
}

function echo(request: OriginRequest): void {
  const body: Echo = {
    method: request.method,
    target: request.target,
    fields: request.fields,
    content: request.content.toString('latin1'),
  };
  const content = JSON.stringify(body);
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(content)}\r\n\r\n`;
  request.connection.socket.write(request.method === 'HEAD' ? head : head + content);
}

function waitUntil<T>(isDone: () => boolean, waiting: Set<() => void>, timeoutMs: number, value: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(check);
      reject(new Error(`The origin did not get the expected requests within ${timeoutMs} ms`));
    }, timeoutMs);
    const check = (): void => {
      if (!isDone()) return;
      clearTimeout(timer);
      waiting.delete(check);
      resolve(value);
    };
    waiting.add(check);
    check();
  });
}
