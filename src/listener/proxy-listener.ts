import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, DropArgument, Server as NetServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Cidr } from '../core/address.ts';
import type { Failure } from '../core/codes.ts';
import type { ExchangeId } from '../core/ids.ts';
import type { Clock } from '../core/ports.ts';
import type { ReplySink } from '../core/exchange/reply-sink.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { acceptConnect, acceptForward, type Arrival } from './accept.ts';
import { answerClientError } from './answer-client-error.ts';
import { clientCertificateOf } from './arrival/client-certificate.ts';
import { clientOf, noteClient } from './arrival/client-of.ts';
import { openProxiedServer } from './arrival/proxied-connections.ts';
import { contentOf } from './content-of.ts';
import type { ExchangeHandler } from './exchange-handler.ts';
import { openHttp1Server, renewTls, type Http1Events, type ListenerTls } from './http1-server.ts';
import type { ListenerLimits } from './listener-limits.ts';
import { BEHIND_UNANSWERED, oweAnswer, owesAnswers, TOO_MANY_PIPELINED } from './owed-answers.ts';
import { Http1Reply, replyOnSocket } from './reply.ts';
import { endWithAnswer, writeAnswer } from './write-answer.ts';

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly limits: ListenerLimits;
  readonly clock: Clock;
  readonly newExchangeId: () => ExchangeId;
  readonly handler: ExchangeHandler;
  /** Absent: in the clear. */
  readonly tls?: ListenerTls | undefined;
  /** Load balancers that say where their connections came from (PROXY protocol). */
  readonly proxyProtocolFrom?: readonly Cidr[] | undefined;
}

/** A connection that said nothing is no exchange, but it was accepted, so it is on the record (invariant 9). */
const SILENT: Failure = { code: 'malformed_request', detail: 'The connection ended without a request' };

const TOO_MANY: Failure = { code: 'overloaded', detail: 'There are as many connections as limits.connections lets in' };

/** The port that agents are pointed at: plain absolute-form requests, CONNECT and WebSocket upgrades over HTTP/1.1. */
export class ProxyListener implements AsyncDisposable {
  readonly #server: Server;
  /** Accepts connections: the server itself, or what takes PROXY headers off before it. */
  readonly #front: NetServer;
  readonly #options: ListenerOptions;
  /** As it is now. */
  #tls: ListenerTls | undefined;
  readonly #sockets = new Set<Socket>();
  /** Connections under TLS, by the address and port of their peers. */
  readonly #peers = new Map<string, Socket>();
  /** Their decrypted sides. */
  readonly #secured = new WeakSet<Duplex>();
  /** Connections whose end is on the record already. */
  readonly #told = new WeakSet<Socket>();

  private constructor(options: ListenerOptions) {
    this.#options = options;
    const { limits, tls, proxyProtocolFrom } = options;
    this.#tls = tls;
    const events: Http1Events = {
      request: (message, response, expectsContinue) => this.#onRequest(message, response, expectsContinue),
      upgrade: (message, socket, head) => this.#onConnection(message, socket, head, 'upgrade'),
      connect: (message, socket, head) => this.#onConnection(message, socket, head, 'connect'),
      clientError: (error, socket) => this.#onClientError(error, socket),
    };
    this.#server = openHttp1Server(limits, events, tls);
    this.#server.on('secureConnection', (socket: TLSSocket) => this.#onSecure(socket));
    this.#front = proxyProtocolFrom === undefined ? this.#server : this.#openFront(proxyProtocolFrom);
    // `dropMaxConnection`, which its types lack, counts in a worker: one that is full would hand on what comes, from worker to
    // worker without end where all are.
    Object.assign(this.#front, { maxConnections: limits.connections, dropMaxConnection: true });
    this.#front.on('drop', (dropped) => this.#onDropped(dropped));
    this.#front.on('connection', (socket) => this.#track(socket));
  }

  /** @failure a sentence that names the address, when it cannot be bound */
  static async open(options: ListenerOptions): Promise<Result<ProxyListener, string>> {
    const listener = new ProxyListener(options);
    const { host, port } = options;
    return new Promise((resolve) => {
      listener.#front.once('error', (error) => resolve(fail(`Cannot listen on ${host}:${port}: ${error.message}`)));
      listener.#front.listen({ host, port, backlog: 1024 }, () => resolve(ok(listener)));
    });
  }

  /** Where it listens, with the port the system chose when 0 was asked for. */
  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#front.address() as AddressInfo;
    return { host: address, port };
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /**
   * Shows another certificate from now on, and believes other clients; connections that are open go on, of clients whose
   * certificates count by the revocation lists. Throws where it cannot.
   */
  renewTls(tls: ListenerTls): void {
    renewTls(this.#server, this.#options.limits, tls);
    this.#tls = tls;
  }

  /** Stops accepting; what runs may finish until `deadline` milliseconds have passed, then it is cut. */
  async drain(deadline: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#front.close(() => resolve()));
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

  #openFront(from: readonly Cidr[]): NetServer {
    const { limits } = this.#options;
    // Node begins to watch `headersTimeout` when a server listens, and this one never does by itself.
    this.#server.emit('listening');
    return openProxiedServer({
      from,
      timeout: limits.headersTimeout,
      admit: (socket) => this.#server.emit('connection', socket),
      refuse: (socket, problem) => this.#refuseConnection(socket, problem),
    });
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    // Asked for now: a connection that was lost can no longer tell, and its record names the client all the same.
    clientOf(socket);
    const peer = endpointOf(socket);
    if (this.#options.tls !== undefined) this.#peers.set(peer, socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#peers.get(peer) === socket) this.#peers.delete(peer);
      if (socket.bytesRead > 0 || this.#told.has(socket)) return;
      this.#options.handler.refuse({ client: clientOf(socket), failure: SILENT, isGone: true });
    });
  }

  /** Node closes it unread: in TLS nothing could be answered yet, and whoever floods is not to be waited for. */
  #onDropped({ remoteAddress = '', remotePort = 0 }: DropArgument = {}): void {
    this.#options.handler.refuse({ client: { address: remoteAddress, port: remotePort }, failure: TOO_MANY, isGone: true });
  }

  #onClientError(error: Error, socket: Duplex): void {
    if (this.#options.tls === undefined || this.#secured.has(socket)) {
      answerClientError(error, socket, this.#options.handler);
      return;
    }
    const raw = this.#peers.get(endpointOf(socket as Socket));
    // One that said nothing is told of at its end.
    if (raw !== undefined && raw.bytesRead > 0) this.#refuseConnection(raw, `The TLS handshake failed: ${error.message}`);
    socket.destroy();
  }

  #refuseConnection(socket: Socket, detail: string): void {
    this.#told.add(socket);
    this.#options.handler.refuse({ client: clientOf(socket), failure: { code: 'malformed_request', detail }, isGone: true });
  }

  /** TLS has ended on a connection of its own: that of the same client, which may have shown who it is. */
  #onSecure(socket: TLSSocket): void {
    this.#secured.add(socket);
    const raw = this.#peers.get(endpointOf(socket));
    noteClient(socket, { ...clientOf(raw ?? socket), certificate: clientCertificateOf(socket, () => this.#tls?.revocations) });
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
      endWithAnswer(response, this.#refuse(message, accepted.failure));
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

function endpointOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
