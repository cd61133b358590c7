import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import { ConnectReplyReader } from '../../wire/http/connect-reply.ts';
import { errorCode } from '../failures.ts';
import type { Parent } from './parent.ts';

/** Where the parent is, and what it is told with each question. */
export interface Route {
  readonly parent: Parent;
  /** Judged, never none. */
  readonly addresses: readonly string[];
  readonly authorization: string | undefined;
}

/** Why there is no tunnel. */
export interface Refused {
  readonly failure: Failure;
  /** It is no matter of the address that was asked for: no other one gets further. */
  readonly isFinal: boolean;
}

/** One question to the parent, under way. */
export interface Asked {
  readonly answer: Promise<Result<Socket, Refused>>;
  /** Ends it, and its connection. */
  cancel(): void;
}

/**
 * Connects to the parent and asks it for a tunnel.
 * @param target an address and a port, `203.0.113.7:443`: there is no name in it that the parent could look up
 */
export function askParent(route: Route, target: string): Asked {
  const { parent, addresses } = route;
  const { promise: answer, resolve } = Promise.withResolvers<Result<Socket, Refused>>();
  const tcp = connectTcp({
    // Never a name either: only the judged addresses are there to be found.
    host: addresses.length === 1 ? addresses[0]! : 'judged-addresses',
    lookup: (_name, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      ),
    autoSelectFamily: true,
    port: parent.port,
    allowHalfOpen: true,
    noDelay: true,
  });
  const refuse = (failure: Failure, isFinal: boolean): void => {
    tcp.destroy();
    resolve(fail({ failure: { ...failure, detail: `upstream-proxy ${parent.label}: ${failure.detail}` }, isFinal }));
  };
  const onError = (error: Error): void => refuse(connectionFailure(error), true);
  tcp.once('error', onError);
  const onClose = (): void => refuse({ code: 'connect_failed', detail: 'The connection was closed' }, true);
  tcp.once('close', onClose);
  tcp.once('connect', () => {
    tcp.off('error', onError);
    // The last look at what was really dialled.
    const peer = parseIpAddress(tcp.remoteAddress ?? '');
    if (!peer.ok || !addresses.includes(peer.value.text)) {
      const detail = `Connected to ${tcp.remoteAddress ?? 'nobody'}, expected one of ${addresses.join(', ')}`;
      refuse({ code: 'connect_failed', detail }, true);
    } else if (parent.tls === undefined) converse(tcp);
    else {
      const { toFailure } = parent.tls;
      const secure: TLSSocket = connectTls({ ...parent.tls.options, socket: tcp });
      const onTlsError = (error: Error): void => refuse(tlsFailure(toFailure(error)), true);
      secure.once('error', onTlsError);
      secure.once('secureConnect', () => {
        secure.off('error', onTlsError);
        converse(secure);
      });
    }
  });
  const converse = (socket: Socket): void => {
    socket.write(question(target, route.authorization));
    readAnswer(socket, (answered) => {
      if (answered.ok) {
        tcp.off('close', onClose);
        resolve(answered);
      } else refuse(answered.failure.failure, answered.failure.isFinal);
    });
  };
  return { answer, cancel: () => tcp.destroy() };
}

function question(target: string, authorization: string | undefined): string {
  const credential = authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`;
  return `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${credential}\r\n`;
}

/** What came behind the answer is still there to be read. */
function readAnswer(socket: Socket, settle: (answer: Result<Socket, Refused>) => void): void {
  const reader = new ConnectReplyReader();
  const done = (answer: Result<Socket, Refused>, rest: Uint8Array = new Uint8Array()): void => {
    socket.pause();
    socket.off('data', onData);
    socket.off('end', onEnd);
    socket.off('error', onError);
    // Whatever still comes of a connection that is given up is of no interest.
    if (!answer.ok) socket.on('error', () => {});
    // Not before: who listens would get it.
    else if (rest.length > 0) socket.unshift(Buffer.from(rest));
    settle(answer);
  };
  const onData = (chunk: Buffer): void => {
    const reply = reader.push(chunk);
    if (!reply.ok) {
      done(
        fail({ failure: { code: 'origin_protocol', detail: `It does not answer in HTTP: ${reply.failure}` }, isFinal: true }),
      );
    } else if (reply.value !== undefined) {
      const { status, rest } = reply.value;
      const refused = refusalOf(status);
      done(refused === undefined ? ok(socket) : fail(refused), rest);
    }
  };
  const onEnd = (): void =>
    done(fail({ failure: { code: 'connect_failed', detail: 'It closed the connection without an answer' }, isFinal: false }));
  const onError = (error: Error): void => done(fail({ failure: connectionFailure(error), isFinal: false }));
  socket.on('data', onData);
  socket.once('end', onEnd);
  socket.once('error', onError);
}

/** Nothing of what it answers is repeated: the text of a stranger. */
function refusalOf(status: number): Refused | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === 407) {
    const detail = 'It answers 407: it wants other credentials (upstream-proxy.secret)';
    return { failure: { code: 'connect_failed', detail }, isFinal: true };
  }
  // As the origin is what did not answer it.
  const code = status === 504 ? 'connect_timeout' : 'connect_failed';
  return { failure: { code, detail: `It answers ${status}, expected a tunnel` }, isFinal: false };
}

function connectionFailure(error: Error): Failure {
  const code = errorCode(error);
  return { code: code === 'ETIMEDOUT' ? 'connect_timeout' : 'connect_failed', detail: code || error.message };
}

/** The certificate is not that of the destination, which the code would say. */
function tlsFailure({ code, detail }: Failure): Failure {
  return { code: code === 'connect_timeout' ? code : 'connect_failed', detail: `TLS with it failed: ${detail}` };
}
