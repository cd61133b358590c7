import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Failure } from '../core/codes.ts';
import type { TunnelContext } from '../core/exchange/exchange.ts';
import type { Bytes, Milliseconds } from '../core/units.ts';
import type { ExchangeHandler } from './handler.ts';
import { writeAnswer, type Answer } from './write-answer.ts';

export interface ListenerLimits {
  readonly connections: number;
  readonly headerSize: Bytes;
  /** Until the header section is complete. */
  readonly headersTimeout: Milliseconds;
  /** Idle time between requests on one connection. */
  readonly keepAlive: Milliseconds;
}

/** Whether a request is a WebSocket handshake (RFC 6455 §4.2.1) without content. Nothing else may upgrade. */
export function isWebSocketHandshake(message: IncomingMessage): boolean {
  const { headers, method } = message;
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined
  );
}

/** Codes of Node's HTTP parser that say more than "malformed". */
const PARSER_FAILURES: Readonly<Record<string, Failure['code']>> = {
  HPE_HEADER_OVERFLOW: 'header_too_large',
};

/** Who a connection belongs to, as far as the listener knows. */
export interface ConnectionContext {
  readonly client: { readonly address: string; readonly port: number };
  readonly tunnel?: TunnelContext;
}

/** Answers and records what the HTTP parser refused, so that a broken request is seen like any other. */
export function answerClientError(error: Error, socket: Duplex, handler: ExchangeHandler, context?: ConnectionContext): void {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // A connection that ends between requests said nothing; one that ends inside a request did.
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    socket.destroy();
    return;
  }
  // The parser complains again about whatever still comes on a connection that has its last answer.
  if (socket.writableEnded) return;
  const { remoteAddress = '', remotePort = 0 } = socket as Socket;
  const answer = handler.refuse({
    client: { address: remoteAddress, port: remotePort },
    ...context,
    failure: { code: PARSER_FAILURES[code] ?? 'malformed_request', detail: describe(error, code) },
  });
  const owed = OWED.get(socket);
  if (owed === undefined || owed.answers.size === 0) writeAnswer(socket, answer);
  else if (owed.answers.size > 1 || owed.message.complete || owed.response.headersSent) socket.destroy();
  else replaceAnswer(owed.response, socket, answer);
}

/** Answers that a connection still owes; the last request is the one whose content the parser may be in. */
interface OwedAnswers {
  readonly answers: Set<ServerResponse>;
  message: IncomingMessage;
  response: ServerResponse;
}

const OWED = new WeakMap<Duplex, OwedAnswers>();

/** Requests that a client may send on one connection before it has read any answer. */
const MAX_PIPELINED = 64;

export const TOO_MANY_PIPELINED: Failure = { code: 'overloaded', detail: `Found more than ${MAX_PIPELINED} requests without an answer on one connection` };

/**
 * Notes that a request was read, so that the answer to a broken one gets neither before its own nor into it.
 * @returns false when the connection owes too many answers already, or is gone
 */
export function oweAnswer(message: IncomingMessage, response: ServerResponse): boolean {
  const { socket } = message;
  if (socket.destroyed) return false;
  const owed = OWED.get(socket) ?? openLedger(message, response);
  owed.answers.add(response);
  owed.message = message;
  owed.response = response;
  response.once('close', () => owed.answers.delete(response));
  return owed.answers.size <= MAX_PIPELINED;
}

function openLedger(message: IncomingMessage, response: ServerResponse): OwedAnswers {
  const owed: OwedAnswers = { answers: new Set(), message, response };
  OWED.set(message.socket, owed);
  message.socket.once('close', () => {
    // Node tells only the answer whose turn it is; what runs for those behind it has to end as well.
    for (const waiting of owed.answers) waiting.emit('close');
  });
  return owed;
}

// The content of a request that is already on its way broke off: its answer is this one, and what runs for it ends.
function replaceAnswer(response: ServerResponse, socket: Duplex, answer: Answer): void {
  response.detachSocket(socket as Socket);
  response.destroy();
  socket.once('finish', () => response.emit('close'));
  writeAnswer(socket, answer);
}

function describe(error: Error, code: string): string {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The header section did not arrive in time';
  return 'reason' in error && typeof error.reason === 'string' ? `${code}: ${error.reason}` : `${code}: ${error.message}`;
}
