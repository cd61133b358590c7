import type { TLSSocket } from 'node:tls';
import type { Pool } from 'undici';
import type { Failure } from '../core/codes.ts';
import { ok, type Result } from '../core/result.ts';
import { UpstreamError } from './failures.ts';
import { OriginSession, type SessionOwner } from './http2/origin-session.ts';
import { openHttp1Pool, type Connected, type Http1Limits } from './http1-pool.ts';
import type { HttpVersion } from './secure.ts';
import type { DialledConnection, Sender, SendingHandler, SendingOptions } from './sending.ts';

/** Where a pool gets its connections from; each is dialled and verified anew. */
export interface ConnectionSource {
  /** Its URL without a path. */
  readonly origin: string;
  /** The HTTP versions that it may be offered: without TLS there is no choice. */
  readonly versions: readonly HttpVersion[];
  connect(versions: readonly HttpVersion[], onDialled: (address: string) => void): Promise<Result<Connected, Failure>>;
}

const HTTP1_ONLY: readonly HttpVersion[] = ['http/1.1'];

/**
 * Connections to one origin, all judged the same way. The first one finds out by ALPN which HTTP the origin speaks; over
 * HTTP/2 requests share it, up to as many as the origin allows, and over HTTP/1.1 it becomes the first of undici's pool.
 * Handshakes of WebSocket always take HTTP/1.1.
 */
export class OriginPool implements Sender, SessionOwner {
  readonly #source: ConnectionSource;
  readonly #limits: Http1Limits;
  readonly #onEmpty: () => void;
  /** Undefined until the first connection has told. */
  #version: HttpVersion | undefined;
  #http1: Pool | undefined;
  /** Dialled to find out, and not yet in undici's pool. */
  #found: Connected | undefined;
  #sessions: OriginSession[] = [];
  /** Requests that wait for a connection, in their order. */
  #waiting = new Set<Waiting>();
  #attempt: Attempt | undefined;
  #isServing = false;
  #isClosing = false;

  /** @param onEmpty told whenever it may have no connection left */
  constructor(source: ConnectionSource, limits: Http1Limits, onEmpty: () => void) {
    this.#source = source;
    this.#limits = limits;
    this.#onEmpty = onEmpty;
    if (!source.versions.includes('h2')) this.#version = 'http/1.1';
  }

  get isEmpty(): boolean {
    const http1 = this.#http1?.stats;
    const isHttp1Empty = http1 === undefined || (http1.connected === 0 && http1.pending === 0);
    return isHttp1Empty && this.#sessions.length === 0 && this.#waiting.size === 0 && this.#attempt === undefined;
  }

  dispatch(options: SendingOptions, handler: SendingHandler): boolean {
    if (this.#isClosing) return refuse(handler, { code: 'connect_failed', detail: 'Its connections were let go meanwhile' });
    if (this.#version === 'http/1.1' || options.upgrade !== undefined) return this.#dispatchHttp1(options, handler);
    const waiting = { options, handler };
    this.#waiting.add(waiting);
    handler.onWaiting?.(() => this.#withdraw(waiting));
    this.#serve();
    return true;
  }

  /** Lets what runs or waits finish; takes nothing new. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#serve();
    await this.#http1?.close();
  }

  async destroy(): Promise<void> {
    this.#isClosing = true;
    for (const session of this.#sessions) session.destroy();
    this.#failWaiting({ code: 'connect_failed', detail: 'The gateway stops' });
    await this.#http1?.destroy();
  }

  onRoom(): void {
    this.#serve();
  }

  onClosed(session: OriginSession): void {
    this.#sessions = this.#sessions.filter((other) => other !== session);
    this.#serve();
    this.#onEmpty();
  }

  #dispatchHttp1(options: SendingOptions, handler: SendingHandler): boolean {
    if (options.needsHttp2 === true) {
      return refuse(handler, { code: 'origin_protocol', detail: 'The origin did not choose HTTP/2 in ALPN, which gRPC needs' });
    }
    this.#http1 ??= this.#openHttp1();
    return this.#http1.dispatch(options, handler);
  }

  #openHttp1(): Pool {
    const pool = openHttp1Pool(this.#source.origin, (onDialled) => this.#connectHttp1(onDialled), this.#limits);
    pool.on('disconnect', this.#onEmpty);
    return pool;
  }

  async #connectHttp1(onDialled: (address: string) => void): Promise<Result<Connected, Failure>> {
    const found = this.#found;
    this.#found = undefined;
    if (found === undefined || found.socket.destroyed) return await this.#source.connect(HTTP1_ONLY, onDialled);
    onDialled(found.dialled);
    return ok(found);
  }

  /** Whoever waits no longer has nothing dialled for it, and keeps no connection from closing. */
  #withdraw(waiting: Waiting): void {
    if (this.#waiting.delete(waiting)) this.#serve();
  }

  /** Hands what waits to connections with room, and dials where there is none. */
  #serve(): void {
    // What is handed over may end at once, and make room: the loop below sees that without being entered again.
    if (this.#isServing) return;
    this.#isServing = true;
    for (const session of this.#sessions) {
      for (const waiting of this.#waiting) {
        if (session.room <= 0) break;
        this.#waiting.delete(waiting);
        session.send(waiting.options, waiting.handler);
      }
    }
    this.#isServing = false;
    if (this.#waiting.size > 0) this.#dial();
    else if (this.#isClosing) for (const session of this.#sessions) session.retire();
  }

  #dial(): void {
    if (this.#sessions.some(({ isBarred }) => isBarred)) {
      this.#failWaiting({ code: 'origin_protocol', detail: 'HTTP/2: The origin allows no streams' });
      return;
    }
    // A connection that is new may have room for all of them in a moment.
    const isComing = this.#attempt !== undefined || this.#sessions.some(({ isNew }) => isNew);
    if (!isComing && this.#sessions.length < this.#limits.connections) void this.#connect();
  }

  async #connect(): Promise<void> {
    const attempt = new Attempt();
    this.#attempt = attempt;
    const connected = await this.#source.connect(this.#source.versions, (address) => {
      attempt.dialled = address;
    });
    this.#attempt = undefined;
    if (!connected.ok) {
      for (const { handler } of this.#waiting) handler.onConnection(attempt);
      this.#failWaiting(connected.failure);
    } else if (isHttp2(connected.value)) {
      this.#version = 'h2';
      const { socket, dialled } = connected.value;
      this.#sessions.push(new OriginSession(socket, dialled, { times: this.#limits, owner: this }));
      this.#serve();
    } else {
      this.#turnToHttp1(connected.value);
    }
    this.#onEmpty();
  }

  #turnToHttp1(connected: Connected): void {
    this.#version = 'http/1.1';
    for (const session of this.#sessions) session.retire();
    const waiting = this.#waiting;
    this.#waiting = new Set();
    this.#found = connected;
    for (const { options, handler } of waiting) this.#dispatchHttp1(options, handler);
    // undici asks for it in this turn or the next microtask; later nobody is left who could use it.
    queueMicrotask(() => {
      this.#found?.socket.destroy();
      this.#found = undefined;
    });
    if (this.#isClosing) void this.#http1?.close();
  }

  #failWaiting(failure: Failure): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const { handler } of waiting) refuse(handler, failure);
  }
}

interface Waiting {
  readonly options: SendingOptions;
  readonly handler: SendingHandler;
}

/** A connection that is being made. */
class Attempt implements DialledConnection {
  readonly isShared = true;
  dialled: string | undefined;
}

function refuse(handler: SendingHandler, failure: Failure): false {
  handler.onResponseError(null, new UpstreamError(failure));
  return false;
}

function isHttp2(connected: Connected): connected is Connected<TLSSocket> {
  return 'alpnProtocol' in connected.socket && connected.socket.alpnProtocol === 'h2';
}
