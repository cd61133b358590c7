import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Failure } from '../core/codes.ts';
import type { TunnelContext } from '../core/exchange.ts';
import type { Bytes, Milliseconds } from '../core/units.ts';
import type { ExchangeHandler } from './handler.ts';
import { writeAnswer } from './write-answer.ts';

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

/** Answers and records what the HTTP parser refused, so that a broken request is seen like any other. */
export function answerClientError(error: Error, socket: Duplex, handler: ExchangeHandler, tunnel?: TunnelContext): void {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // A connection that ends between requests said nothing; one that ends inside a request did.
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    socket.destroy();
    return;
  }
  const { remoteAddress = '', remotePort = 0 } = socket as Socket;
  const answer = handler.refuse({
    client: tunnel === undefined ? { address: remoteAddress, port: remotePort } : { address: '', port: 0 },
    failure: { code: PARSER_FAILURES[code] ?? 'malformed_request', detail: describe(error, code) },
    ...(tunnel !== undefined && { tunnel }),
  });
  writeAnswer(socket, answer);
}

function describe(error: Error, code: string): string {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The header section did not arrive in time';
  return 'reason' in error && typeof error.reason === 'string' ? `${code}: ${error.reason}` : `${code}: ${error.message}`;
}
