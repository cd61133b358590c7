import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Failure } from '../core/codes.ts';
import type { TunnelContext } from '../core/exchange/exchange.ts';
import type { Bytes, Milliseconds } from '../core/units.ts';
import type { ExchangeHandler } from './exchange-handler.ts';
import { answerBroken, hasHadRequest } from './owed-answers.ts';

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

/**
 * Answers and records what the HTTP parser refused, so that a broken request is seen like any other.
 *
 * @param context of a connection that is not the client's own: the decrypted side of a tunnel
 */
export function answerClientError(error: Error, socket: Duplex, handler: ExchangeHandler, context?: ConnectionContext): void {
  // The parser complains again about whatever still comes on a connection that has its last answer.
  if (socket.writableEnded) return;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const isLost = code === 'ECONNRESET' || code === 'EPIPE';
  if (isLost && !diedInFirstRequest(socket as Socket)) {
    socket.destroy();
    return;
  }
  const answer = handler.refuse({
    ...(context ?? { client: clientOf(socket as Socket) }),
    failure: { code: PARSER_FAILURES[code] ?? 'malformed_request', detail: describe(error, code) },
  });
  if (isLost) socket.destroy();
  else answerBroken(socket, answer);
}

// One that is lost between requests said nothing; one that is lost inside its first one did.
function diedInFirstRequest(socket: Socket): boolean {
  return socket.bytesRead > 0 && !hasHadRequest(socket);
}

const CLIENTS = new WeakMap<Socket, ConnectionContext['client']>();

/** Address and port of the peer of a connection: one object for as long as the connection lives, also when it is lost. */
export function clientOf(socket: Socket): ConnectionContext['client'] {
  const known = CLIENTS.get(socket);
  if (known !== undefined) return known;
  const client = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  CLIENTS.set(socket, client);
  return client;
}

function describe(error: Error, code: string): string {
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'The client left before its request was complete';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The header section did not arrive in time';
  return 'reason' in error && typeof error.reason === 'string' ? `${code}: ${error.reason}` : `${code}: ${error.message}`;
}
