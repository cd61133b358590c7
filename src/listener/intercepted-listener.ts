import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Failure } from '../core/codes.ts';
import type { TunnelContext } from '../core/exchange/exchange.ts';
import type { ExchangeId } from '../core/ids.ts';
import type { Clock } from '../core/ports.ts';
import type { ReplySink } from '../core/exchange/reply-sink.ts';
import { acceptIntercepted, type Arrival } from './accept.ts';
import { answerClientError } from './answer-client-error.ts';
import { contentOf } from './content-of.ts';
import type { ExchangeHandler } from './exchange-handler.ts';
import { openHttp1Server } from './http1-server.ts';
import type { ListenerLimits } from './listener-limits.ts';
import { BEHIND_UNANSWERED, oweAnswer, owesAnswers, TOO_MANY_PIPELINED } from './owed-answers.ts';
import { Http1Reply, Http2Reply, replyOnSocket } from './reply.ts';
import { endWithAnswer, writeAnswer } from './write-answer.ts';

export interface InterceptedOptions {
  readonly limits: ListenerLimits;
  readonly clock: Clock;
  readonly newExchangeId: () => ExchangeId;
  readonly handler: ExchangeHandler;
}

/** Settings that bound what one HTTP/2 client can make the gateway hold (RFC 9113 §10.5; TLS-21). */
const HTTP2_SETTINGS = {
  maxConcurrentStreams: 100,
  initialWindowSize: 256 * 1024,
  maxHeaderListSize: 16 * 1024,
  enablePush: false,
} as const;

/** The tunnel a decrypted connection belongs to, kept on its socket: HTTP/2 hands out a proxy of it, which shows this too. */
const CONTEXT = Symbol('tunnel');

interface Context {
  readonly tunnel: TunnelContext;
  readonly client: Arrival['client'];
}

function contextOf(socket: object | undefined): Context | undefined {
  return socket === undefined ? undefined : (Reflect.get(socket, CONTEXT) as Context | undefined);
}

/** HTTP over the decrypted side of intercepted tunnels, in whichever version ALPN agreed on. Binds no port. */
export class InterceptedListener {
  readonly #http1: Server;
  readonly #http2: Http2SecureServer;
  readonly #options: InterceptedOptions;

  constructor(options: InterceptedOptions) {
    this.#options = options;
    this.#http1 = this.#openHttp1();
    this.#http2 = this.#openHttp2();
  }

  /** Takes over a terminated tunnel. */
  serve(socket: TLSSocket, tunnel: TunnelContext, client: Arrival['client']): void {
    Object.assign(socket, { [CONTEXT]: { tunnel, client } satisfies Context });
    if (socket.alpnProtocol !== 'h2') {
      this.#http1.emit('connection', socket);
      return;
    }
    // The tunnel may be half-closed, HTTP/2 may not: without this, streams of a client that is gone would go on.
    socket.once('end', () => socket.destroy());
    this.#http2.emit('secureConnection', socket);
  }

  #openHttp1(): Server {
    const { limits, handler } = this.#options;
    const server = openHttp1Server(limits, {
      request: (message, response, expectsContinue) => this.#onHttp1(message, response, expectsContinue),
      upgrade: (message, socket, head) => this.#onUpgrade(message, socket, head),
      connect: (message, socket) => this.#onConnect(message, socket),
      clientError: (error, socket) => answerClientError(error, socket, handler, contextOf(socket)),
    });
    // Node begins to watch `headersTimeout` when a server listens, and this one never does by itself.
    server.emit('listening');
    return server;
  }

  #openHttp2(): Http2SecureServer {
    const { limits } = this.#options;
    const server = createSecureServer({
      settings: HTTP2_SETTINGS,
      maxSessionInvalidFrames: 100,
      maxSessionRejectedStreams: 100,
      maxHeaderListPairs: 256,
      maxSessionMemory: 16,
      peerMaxConcurrentStreams: 100,
      // What an origin repeats passes as over HTTP/1.1. Trailers that Node refuses would throw where nobody catches.
      strictSingleValueFields: false,
      unknownProtocolTimeout: limits.headersTimeout,
    });
    server.on('session', (session: ServerHttp2Session) => {
      session.setTimeout(limits.keepAlive * 4, () => session.close());
      session.on('error', () => session.destroy());
    });
    server.on('request', (message, response) => this.#onHttp2(message, response, false));
    server.on('checkContinue', (message, response) => this.#onHttp2(message, response, true));
    // Extended CONNECT is not offered (RFC 8441); what comes all the same is refused like a CONNECT over HTTP/1.1.
    server.on('connect', (message: Http2ServerRequest, response: Http2ServerResponse) =>
      this.#onHttp2(message, response, false),
    );
    return server;
  }

  #onHttp1(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    if (!oweAnswer(message, response)) {
      if (!message.socket.destroyed) this.#refuse(message, message.socket, TOO_MANY_PIPELINED);
      message.socket.destroy();
      return;
    }
    const context = contextOf(message.socket);
    if (context === undefined) {
      message.socket.destroy();
      return;
    }
    const accepted = acceptIntercepted(message, this.#arrival(context.client), context.tunnel, 'intercepted');
    if (!accepted.ok) {
      endWithAnswer(response, this.#refuse(message, message.socket, accepted.failure));
      return;
    }
    this.#options.handler.request({
      accepted: accepted.value,
      reply: new Http1Reply(response, expectsContinue),
      content: contentOf(message, accepted.value),
    });
  }

  #onHttp2(message: Http2ServerRequest, response: Http2ServerResponse, expectsContinue: boolean): void {
    const context = contextOf(message.stream.session?.socket);
    message.stream.on('error', () => message.stream.destroy());
    if (context === undefined) {
      message.stream.destroy();
      return;
    }
    const accepted = acceptIntercepted(message, this.#arrival(context.client), context.tunnel, 'intercepted');
    const reply = new Http2Reply(response, expectsContinue);
    if (!accepted.ok) {
      const answer = this.#options.handler.refuse({
        client: context.client,
        failure: accepted.failure,
        tunnel: context.tunnel,
        method: message.method,
        target: message.url,
      });
      reply.start(answer.status, '', answer.fields);
      reply.write(Buffer.from(answer.body));
      reply.end();
      return;
    }
    this.#options.handler.request({ accepted: accepted.value, reply, content: contentOf(message, accepted.value) });
  }

  #onUpgrade(message: IncomingMessage, socket: Duplex, head: Uint8Array): void {
    socket.on('error', () => socket.destroy());
    const context = contextOf(socket);
    if (context === undefined) {
      socket.destroy();
      return;
    }
    if (owesAnswers(socket)) {
      this.#refuse(message, socket, BEHIND_UNANSWERED);
      socket.destroy();
      return;
    }
    const accepted = acceptIntercepted(message, this.#arrival(context.client), context.tunnel, 'upgrade');
    if (!accepted.ok) {
      writeAnswer(socket, this.#refuse(message, socket, accepted.failure));
      return;
    }
    const openReply = (): ReplySink => replyOnSocket(message, socket as Socket);
    this.#options.handler.upgrade({ accepted: accepted.value, socket: socket as Socket, openReply, head });
  }

  // CONNECT inside a tunnel would be a second way out.
  #onConnect(message: IncomingMessage, socket: Duplex): void {
    socket.on('error', () => socket.destroy());
    const failure: Failure = { code: 'malformed_request', detail: 'Found CONNECT inside an intercepted tunnel' };
    writeAnswer(socket, this.#refuse(message, socket, failure));
  }

  #refuse(message: IncomingMessage, socket: Duplex, failure: Failure): ReturnType<ExchangeHandler['refuse']> {
    const context = contextOf(socket);
    return this.#options.handler.refuse({
      client: context?.client ?? { address: '', port: 0 },
      failure,
      ...(context !== undefined && { tunnel: context.tunnel }),
      ...(message.method !== undefined && { method: message.method }),
      ...(message.url !== undefined && { target: message.url }),
    });
  }

  #arrival(client: Arrival['client']): Arrival {
    return { id: this.#options.newExchangeId(), client, startedAt: this.#options.clock.monotonic() };
  }
}
