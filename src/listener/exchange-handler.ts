import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Answer } from '../core/exchange/answer.ts';
import type { Accepted } from '../core/exchange/exchange.ts';
import type { RefusedRequest } from '../core/exchange/refused-request.ts';
import type { ReplySink } from '../core/exchange/reply-sink.ts';

/** A request and where its answer goes. */
export interface IncomingRequest {
  readonly accepted: Accepted;
  readonly reply: ReplySink;
  /** Null when the request has no content. */
  readonly content: Readable | null;
}

/** A request that asks for a raw connection: CONNECT or a WebSocket upgrade. */
export interface IncomingConnection {
  readonly accepted: Accepted;
  /** The client's own, or the decrypted side of its tunnel. */
  readonly socket: Socket;
  /** An ordinary answer on this connection instead of a raw one; it closes with the answer. */
  readonly openReply: () => ReplySink;
  /** Bytes that the client sent right behind its request. */
  readonly head: Uint8Array;
}

/** What a listener is given: it accepts and parses, the handler decides. None of the calls throws. */
export interface ExchangeHandler {
  request(request: IncomingRequest): void;
  upgrade(request: IncomingConnection): void;
  connect(request: IncomingConnection): void;
  /**
   * Records a request that was refused before it could be judged.
   * @returns the whole answer, ready to be written to the client
   */
  refuse(request: RefusedRequest): Answer;
}
