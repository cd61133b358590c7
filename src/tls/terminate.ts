import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { hostText, sameHost, type Host } from '../core/address.ts';
import type { Failure } from '../core/codes.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { parseHost } from '../wire/name/authority.ts';
import { quote } from '../wire/quote.ts';
import type { IssuingCa } from './issuing-ca.ts';
import { terminationFailure } from './termination-failure.ts';

/** The inside of a tunnel after the handshake. */
export interface Terminated {
  /** Decrypted bytes; ready for `secureConnection` of an HTTP server. */
  readonly socket: TLSSocket;
  /** What the client chose; HTTP/1.1 where it sent no ALPN. */
  readonly alpn: 'h2' | 'http/1.1';
  /** Absent when the client sent none. */
  readonly serverName?: string;
}

export interface TerminateOptions {
  /** The CONNECT target: the one name that may be served here. */
  readonly host: Host;
  readonly ca: Pick<IssuingCa, 'leafContext'>;
  /** From the call to the end of the handshake. */
  readonly handshakeTimeout?: Milliseconds;
}

const HANDSHAKE_TIMEOUT: Milliseconds = 10_000;
const ALPN = ['h2', 'http/1.1'];
/** A fatal unrecognized_name alert (RFC 6066 §3) in a plaintext record: nothing is encrypted before the ServerHello. */
const UNRECOGNIZED_NAME = Uint8Array.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70);

/**
 * Terminates TLS inside a CONNECT tunnel with a leaf for the CONNECT target. The destination hears nothing of it.
 *
 * The leaf is for the judged name, whatever the client asks for: a ClientHello that names another host is answered with an
 * unrecognized_name alert, so nothing is ever issued for a name a client chose (TLS-15). Encrypted ClientHello (RFC 9849) is
 * not accepted: the outer name is judged like any other, so GREASE passes and a real one ends as a mismatch (TLS-05).
 *
 * @param socket the tunnel, TCP or TLS, after the 200 to CONNECT; it belongs to the result, and is destroyed on failure
 * @param head bytes of the tunnel that arrived with the CONNECT
 * @failure name_mismatch | protocol_not_allowed (no TLS, older than 1.2, no common ALPN) | malformed_request (anything else,
 * the timeout included) | what {@link IssuingCa.leafContext} refuses
 */
export function terminate(socket: Duplex, head: Uint8Array, options: TerminateOptions): Promise<Result<Terminated, Failure>> {
  const leaf = options.ca.leafContext(options.host);
  if (!leaf.ok) {
    socket.destroy();
    return Promise.resolve(leaf);
  }
  if (head.length > 0) socket.unshift(head);
  // The TLS socket reports what goes wrong; an error that nobody listens to would end the process.
  socket.on('error', () => socket.destroy());
  return handshake(options.handshakeTimeout ?? HANDSHAKE_TIMEOUT, (mismatch) => {
    return new TLSSocket(socket, {
      isServer: true,
      secureContext: leaf.value,
      ALPNProtocols: ALPN,
      SNICallback: (serverName, callback) => {
        const named = parseHost(serverName);
        if (named.ok && sameHost(named.value, options.host)) return callback(null);
        const detail = `Found TLS server name ${quote(serverName)}, expected "${hostText(options.host)}"`;
        mismatch({ code: 'name_mismatch', detail });
        // Node closes without an alert when this callback fails; the client is owed the reason.
        socket.write(UNRECOGNIZED_NAME, () => callback(new Error('unrecognized_name')));
      },
    });
  });
}

function handshake(
  timeout: Milliseconds,
  open: (mismatch: (failure: Failure) => void) => TLSSocket,
): Promise<Result<Terminated, Failure>> {
  return new Promise((resolve) => {
    let refusal: Failure | undefined;
    const secure = open((failure) => {
      refusal = failure;
    });
    const settle = (result: Result<Terminated, Failure>): void => {
      clearTimeout(timer);
      secure.off('error', onError);
      secure.off('end', onClose);
      secure.off('close', onClose);
      if (!result.ok) secure.destroy();
      resolve(result);
    };
    const onError = (error: Error): void => settle(fail(refusal ?? terminationFailure(error)));
    const onClose = (): void => settle(fail(refusal ?? malformed('The client closed during the TLS handshake')));
    const timer = setTimeout(() => {
      settle(fail(refusal ?? malformed(`No complete TLS handshake within ${timeout} ms`)));
    }, timeout);
    secure.once('error', onError);
    // A half-open socket has an end without a close, and before the handshake there is nothing left to wait for.
    secure.once('end', onClose);
    secure.once('close', onClose);
    secure.once('secure', () => settle(ok(terminated(secure))));
  });
}

function terminated(socket: TLSSocket): Terminated {
  // What `tls.Server` does for its own sockets and no public method does: without the first, HTTP/2 waits for a handshake
  // that is over; without the second, a broken record after the handshake leaves the socket open.
  (socket as TLSSocket & { secureConnecting: boolean }).secureConnecting = false;
  socket.on('_tlsError', (error: Error) => socket.destroy(error));
  return {
    socket,
    alpn: socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1',
    ...(typeof socket.servername === 'string' && socket.servername !== '' && { serverName: socket.servername }),
  };
}

function malformed(detail: string): Failure {
  return { code: 'malformed_request', detail };
}
