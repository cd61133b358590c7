import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import type { Failure } from '../core/codes.ts';
import type { Accepted } from '../core/exchange/exchange.ts';
import type { ExchangeId } from '../core/ids.ts';
import type { Clock } from '../core/ports.ts';
import type { ReplySink } from '../core/exchange/reply-sink.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { acceptConnect, acceptForward, type Arrival } from './accept.ts';
import type { ExchangeHandler } from './exchange-handler.ts';
import { answerClientError, clientOf, isWebSocketHandshake, type ListenerLimits } from './http1.ts';
import { BEHIND_UNANSWERED, oweAnswer, owesAnswers, TOO_MANY_PIPELINED } from './owed-answers.ts';
import { Http1Reply, replyOnSocket } from './reply.ts';
import { writeAnswer } from './write-answer.ts';

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly limits: ListenerLimits;
  readonly clock: Clock;
  readonly newExchangeId: () => ExchangeId;
  readonly handler: ExchangeHandler;
}

/** A connection that said nothing is no exchange, but it was accepted, so it is on the record (invariant 9). */
const SILENT: Failure = { code: 'malformed_request', detail: 'The connection ended without a request' };

/** The port that agents are pointed at: plain absolute-form requests, CONNECT and WebSocket upgrades over HTTP/1.1. */
export class ProxyListener implements AsyncDisposable {
  readonly #server: Server;
  readonly #options: ListenerOptions;
  readonly #sockets = new Set<Socket>();

  private constructor(options: ListenerOptions) {
    this.#options = options;
    const { limits } = options;
    this.#server = createServer({
      maxHeaderSize: limits.headerSize,
      headersTimeout: limits.headersTimeout,
      requestTimeout: 0,
      keepAliveTimeout: limits.keepAlive,
      connectionsCheckingInterval: 1_000,
      noDelay: true,
      // Node would answer by itself, without a record; acceptance looks for Host.
      requireHostHeader: false,
      // A request with `Upgrade` and content must not reach anyone as raw bytes: only a WebSocket handshake upgrades, the
      // rest is an ordinary request whose Upgrade field goes no further (RFC 9110 §7.8).
      shouldUpgradeCallback: isWebSocketHandshake,
    });
    // Node drops what exceeds its own count without a word; the size bounds the section, and acceptance counts.
    this.#server.maxHeadersCount = 0;
    this.#server.maxConnections = limits.connections;
    this.#server.on('connection', (socket) => this.#track(socket));
    this.#server.on('request', (message, response) => this.#onRequest(message, response, false));
    this.#server.on('checkContinue', (message, response) => this.#onRequest(message, response, true));
    this.#server.on('checkExpectation', (message, response) => this.#onRequest(message, response, false));
    this.#server.on('upgrade', (message, socket, head) => this.#onConnection(message, socket, head, 'upgrade'));
    this.#server.on('connect', (message, socket, head) => this.#onConnection(message, socket, head, 'connect'));
    this.#server.on('clientError', (error: Error, socket) => answerClientError(error, socket, options.handler));
  }

  /** @failure a sentence that names the address, when it cannot be bound */
  static async open(options: ListenerOptions): Promise<Result<ProxyListener, string>> {
    const listener = new ProxyListener(options);
    const { host, port } = options;
    return new Promise((resolve) => {
      listener.#server.once('error', (error) => resolve(fail(`Cannot listen on ${host}:${port}: ${error.message}`)));
      listener.#server.listen({ host, port, backlog: 1024 }, () => resolve(ok(listener)));
    });
  }

  /** Where it listens, with the port the system chose when 0 was asked for. */
  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Stops accepting; what runs may finish until `deadline` milliseconds have passed, then it is cut. */
  async drain(deadline: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#destroyAll(), deadline);
    await closed;
    clearTimeout(timer);
    this.#destroyAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
  }

  #destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    // Asked for now: a connection that was lost can no longer tell, and its record names the client all the same.
    const client = clientOf(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (socket.bytesRead === 0) this.#options.handler.refuse({ client, failure: SILENT, isGone: true });
    });
  }

  #onRequest(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    if (!oweAnswer(message, response)) {
      if (!message.socket.destroyed) this.#refuse(message, TOO_MANY_PIPELINED);
      message.socket.destroy();
      return;
    }
    const accepted = acceptForward(message, this.#arrival(message.socket), 'forward');
    const reply = new Http1Reply(response, expectsContinue);
    if (!accepted.ok) {
      const answer = this.#refuse(message, accepted.failure);
      // Whatever follows a request that was not understood must not be read as another one.
      response.writeHead(answer.status, answer.reason, [...answer.fields, 'Connection', 'close']);
      response.end(answer.body);
      return;
    }
    this.#options.handler.request({ accepted: accepted.value, reply, content: contentOf(message, accepted.value) });
  }

  #onConnection(message: IncomingMessage, socket: Duplex, head: Uint8Array, kind: 'connect' | 'upgrade'): void {
    // Node took its own error handling away with the parser.
    socket.on('error', () => socket.destroy());
    if (owesAnswers(socket)) {
      this.#refuse(message, BEHIND_UNANSWERED);
      socket.destroy();
      return;
    }
    const arrival = this.#arrival(message.socket);
    const accepted = kind === 'connect' ? acceptConnect(message, arrival) : acceptForward(message, arrival, 'upgrade');
    if (!accepted.ok) {
      writeAnswer(socket, this.#refuse(message, accepted.failure));
      return;
    }
    const openReply = (): ReplySink => replyOnSocket(message, socket as Socket);
    const request = { accepted: accepted.value, socket: socket as Socket, openReply, head };
    if (kind === 'connect') this.#options.handler.connect(request);
    else this.#options.handler.upgrade(request);
  }

  #refuse(message: IncomingMessage, failure: Failure): ReturnType<ExchangeHandler['refuse']> {
    const { method, url, socket } = message;
    return this.#options.handler.refuse({
      client: clientOf(socket),
      failure,
      ...(method !== undefined && { method }),
      ...(url !== undefined && { target: url }),
    });
  }

  #arrival(socket: Socket): Arrival {
    return { id: this.#options.newExchangeId(), client: clientOf(socket), startedAt: this.#options.clock.monotonic() };
  }
}

/** The content to forward, or null; a request without content leaves nothing unread on the connection. */
export function contentOf(message: IncomingMessage, accepted: Accepted): Readable | null {
  return accepted.hasContent ? message : null;
}
