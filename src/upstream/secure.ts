import type { Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Failure } from '../core/codes.ts';
import type { Permit } from '../core/exchange/permit.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';

/** What `tls` knows about connections to origins; handed in, so that no stage imports another. */
export interface OriginTls {
  /** Always verifying. */
  options(permit: Permit): ConnectionOptions;
  toFailure(error: Error): Failure;
}

/** HTTP versions by their names in ALPN (RFC 7301 §6). */
export type HttpVersion = 'h2' | 'http/1.1';

/** How TLS is spoken over a connection. */
export interface SecureMeans {
  readonly tls: OriginTls;
  readonly timeout: Milliseconds;
  /** The last session with the origin, which is resumed, and then the one that came of it. */
  readonly session: SessionTicket;
  /** Offered in ALPN. */
  readonly versions: readonly HttpVersion[];
}

/** The last TLS session with an origin, so that the next connection of the pool need not prove the certificate anew. */
export interface SessionTicket {
  ticket: Buffer | undefined;
}

/**
 * TLS over a dialled connection, with the certificate verified.
 *
 * @failure connect_failed | connect_timeout; what `OriginTls.toFailure` gives
 */
export function secure(
  permit: Permit,
  socket: Socket,
  { tls, timeout, session, versions }: SecureMeans,
): Promise<Result<TLSSocket, Failure>> {
  const secured = connectTls({
    ...tls.options(permit),
    ALPNProtocols: [...versions],
    socket,
    ...(session.ticket !== undefined && { session: session.ticket }),
  });
  secured.on('session', (ticket) => {
    session.ticket = ticket;
  });
  return whenSecure(secured, timeout, tls);
}

function whenSecure(socket: TLSSocket, timeout: Milliseconds, tls: OriginTls): Promise<Result<TLSSocket, Failure>> {
  return new Promise((resolve) => {
    const settle = (result: Result<TLSSocket, Failure>): void => {
      clearTimeout(timer);
      socket.off('error', onError);
      socket.off('close', onClose);
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const onError = (error: Error): void => settle(fail(tls.toFailure(error)));
    const onClose = (): void => settle(fail({ code: 'connect_failed', detail: 'Closed during the TLS handshake' }));
    const timer = setTimeout(() => {
      settle(fail({ code: 'connect_timeout', detail: `No TLS handshake within ${timeout} ms` }));
    }, timeout);
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once('secureConnect', () => settle(ok(socket)));
  });
}
