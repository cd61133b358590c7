import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Failure } from '../core/codes.ts';
import type { TunnelContext } from '../core/exchange/exchange.ts';
import type { Arrival } from './accept.ts';
import { clientOf } from './arrival/client-of.ts';
import type { ExchangeHandler } from './exchange-handler.ts';
import { answerBroken, hasHadRequest } from './owed-answers.ts';

/** Codes of Node's HTTP parser that say more than "malformed". */
const PARSER_FAILURES: Readonly<Record<string, Failure['code']>> = {
  HPE_HEADER_OVERFLOW: 'header_too_large',
};

/** Who a connection belongs to, as far as the listener knows. */
interface ConnectionContext {
  readonly client: Arrival['client'];
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

function describe(error: Error, code: string): string {
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'The client left before its request was complete';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The header section did not arrive in time';
  return 'reason' in error && typeof error.reason === 'string' ? `${code}: ${error.reason}` : `${code}: ${error.message}`;
}
