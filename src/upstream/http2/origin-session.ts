import { connect, constants, type ClientHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import type { DialledConnection, SendingHandler, SendingOptions } from '../sending.ts';
import { MAX_HEADER_SECTION, OriginStream } from './origin-stream.ts';

/** Streams at once on one connection, whatever more the origin would take. */
const MAX_STREAMS = 100;
/** Content that the origin may send ahead of what the client has read, for each stream. */
const STREAM_WINDOW: Bytes = 256 * 1024;
/** And for all of them together before any of it was read here. */
const CONNECTION_WINDOW: Bytes = 1024 * 1024;

/** What bounds that which an origin can make the gateway hold (RFC 9113 §10.5). */
const OPTIONS = {
  settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, maxHeaderListSize: MAX_HEADER_SECTION },
  maxHeaderListPairs: 256,
  maxReservedRemoteStreams: 0,
  maxSessionInvalidFrames: 100,
  /** Megabytes. */
  maxSessionMemory: 16,
  peerMaxConcurrentStreams: MAX_STREAMS,
  // What a client repeats was judged, and passes as over HTTP/1.1.
  strictSingleValueFields: false,
} as const;

export interface SessionTimes {
  readonly headersTimeout: Milliseconds;
  readonly keepAlive: Milliseconds;
}

/** Told by a session of what changes in it. */
export interface SessionOwner {
  /** There may be room for another stream. */
  onRoom(): void;
  onClosed(session: OriginSession): void;
}

/** One HTTP/2 connection to an origin. */
export class OriginSession implements DialledConnection {
  readonly dialled: string;
  readonly isShared = true;
  readonly #session: ClientHttp2Session;
  readonly #times: SessionTimes;
  readonly #owner: SessionOwner;
  #idle: NodeJS.Timeout | undefined;
  #streams = 0;
  #isRetired = false;
  /** What the origin allows; undefined until it has said so. */
  #allowed: number | undefined;
  /** The last stream that the origin will have processed, once it goes away. */
  #lastProcessed: number | undefined;

  /** @param socket on which ALPN has agreed on h2 */
  constructor(socket: TLSSocket, dialled: string, { times, owner }: { times: SessionTimes; owner: SessionOwner }) {
    this.dialled = dialled;
    this.#times = times;
    this.#owner = owner;
    const session = connect('https://origin.invalid', { ...OPTIONS, createConnection: () => socket });
    this.#session = session;
    this.#closeWhenIdle();
    // The connection may be half-closed, HTTP/2 may not.
    socket.once('end', () => socket.destroy());
    session.once('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW));
    session.on('remoteSettings', ({ maxConcurrentStreams = MAX_STREAMS }) => {
      this.#allowed = Math.min(maxConcurrentStreams, MAX_STREAMS);
      owner.onRoom();
    });
    session.on('goaway', (_code, lastStreamId) => {
      this.#lastProcessed = Math.min(lastStreamId, this.#lastProcessed ?? Infinity);
      this.#isRetired = true;
    });
    // Each stream hears of it as well.
    session.on('error', () => session.destroy());
    session.once('close', () => {
      clearTimeout(this.#idle);
      this.#isRetired = true;
      owner.onClosed(this);
    });
  }

  /** How many more requests it takes now. Before the origin has said how many it allows, one is risked and no more. */
  get room(): number {
    if (this.#isRetired || this.#session.closed || this.#session.destroyed) return 0;
    return (this.#allowed ?? 1) - this.#streams;
  }

  /** Whether the origin has yet to say how many streams it allows. */
  get isNew(): boolean {
    return this.#allowed === undefined && !this.#isRetired;
  }

  /** Whether the origin allows no stream at all. */
  get isBarred(): boolean {
    return this.#allowed === 0 && this.#streams === 0;
  }

  send(options: SendingOptions, handler: SendingHandler): void {
    handler.onConnection(this);
    this.#streams += 1;
    clearTimeout(this.#idle);
    const stream = new OriginStream(options, handler, {
      headersTimeout: this.#times.headersTimeout,
      isUnprocessed: (id, code) => this.#isUnprocessed(id, code),
      // What answers nothing for so long may be gone altogether; others go elsewhere.
      onTimeout: () => this.retire(),
      onClosed: () => this.#onStreamClosed(),
    });
    stream.open(this.#session);
  }

  /** Takes nothing more, and closes when what runs on it has ended. */
  retire(): void {
    this.#isRetired = true;
    if (this.#streams === 0) this.#session.close();
  }

  destroy(): void {
    this.#isRetired = true;
    this.#session.destroy();
  }

  #closeWhenIdle(): void {
    this.#idle = setTimeout(() => this.#session.close(), this.#times.keepAlive);
  }

  #onStreamClosed(): void {
    this.#streams -= 1;
    if (this.#streams === 0) {
      if (this.#isRetired) this.#session.close();
      else this.#closeWhenIdle();
    }
    this.#owner.onRoom();
  }

  // RFC 9113 §8.7: a stream beyond the last one of GOAWAY, and one that was refused. A GOAWAY may bear any code, and Node
  // gives it to every stream that it ends.
  #isUnprocessed(id: number | undefined, code: number): boolean {
    if (id === undefined) return true;
    return this.#lastProcessed === undefined ? code === constants.NGHTTP2_REFUSED_STREAM : id > this.#lastProcessed;
  }
}
