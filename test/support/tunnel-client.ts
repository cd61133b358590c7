import {
  connect as connectHttp2,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { RawConnection, type Address, type RawResponse } from './raw-client.ts';

export interface TunnelOptions {
  /** Further field lines of the CONNECT, such as `Proxy-Authorization: …`. */
  readonly fields?: readonly string[];
  /** Bytes to send in the same segment as the CONNECT. */
  readonly early?: Uint8Array;
  /** Address of loopback to connect from. */
  readonly from?: string;
}

/** The answer to a CONNECT, and the connection behind it when it was 2xx. */
export interface Tunnel extends AsyncDisposable {
  readonly answer: RawResponse;
  readonly connection: RawConnection;
}

/** Sends CONNECT and reads the answer; a refusal is a result like any other. */
export async function openTunnel(proxy: Address, authority: string, options: TunnelOptions = {}): Promise<Tunnel> {
  const connection = await RawConnection.open(proxy, options.from);
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`, ...(options.fields ?? [])];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  connection.send(options.early === undefined ? head : Buffer.concat([head, options.early]));
  const answer = await connection.response('CONNECT');
  return { answer, connection, [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() };
}

export type TlsOptions = TunnelOptions &
  Pick<
    ConnectionOptions,
    'ca' | 'cert' | 'key' | 'servername' | 'ALPNProtocols' | 'session' | 'minVersion' | 'maxVersion' | 'ciphers'
  >;

/**
 * TLS inside a CONNECT tunnel, verified against `ca`. The server name is the host of `authority` unless given; the empty
 * string sends none.
 *
 * @throws when the CONNECT is refused or the handshake fails: `code` is Node's
 */
export async function tlsThrough(proxy: Address, authority: string, options: TlsOptions): Promise<TLSSocket> {
  const { answer, connection } = await openTunnel(proxy, authority, options);
  if (answer.status !== 200) {
    connection.socket.destroy();
    throw new Error(`Found ${answer.startLine} ${answer.content.toString('utf8')}, expected 200 to CONNECT ${authority}`);
  }
  return tlsOver(connection.release(), authority, options);
}

/** TLS as a client over a connected socket; see {@link tlsThrough}. */
export async function tlsOver(
  socket: Socket,
  authority: string,
  options: Omit<TlsOptions, keyof TunnelOptions>,
): Promise<TLSSocket> {
  const host = authority.replace(/:\d+$/, '').replaceAll(/[[\]]/g, '');
  const isAddress = /^[\d.]+$|:/.test(host);
  const { servername = isAddress ? '' : host, ...rest } = options;
  // With `host`, Node checks the certificate against the authority even where no server name is sent.
  const secure = connectTls({ ...rest, socket, host, servername });
  await new Promise<void>((resolve, reject) => {
    secure.once('secureConnect', resolve);
    secure.once('error', reject);
    secure.once('close', () => reject(new Error('Found a closed connection, expected a TLS handshake')));
  });
  return secure;
}

/** HTTP/1.1 inside TLS inside a CONNECT tunnel. */
export async function httpsThrough(proxy: Address, authority: string, options: TlsOptions): Promise<RawConnection> {
  return new RawConnection(await tlsThrough(proxy, authority, { ALPNProtocols: ['http/1.1'], ...options }));
}

export interface Http2Answer {
  readonly status: number;
  readonly fields: IncomingHttpHeaders;
  readonly content: string;
}

export interface Http2Client extends AsyncDisposable {
  readonly session: ClientHttp2Session;
  /** `:authority` is the tunnel's unless given. @throws when the stream is reset: `code` is Node's */
  request(fields: OutgoingHttpHeaders, content?: string): Promise<Http2Answer>;
}

/** HTTP/2 inside TLS inside a CONNECT tunnel. */
export async function http2Through(proxy: Address, authority: string, options: TlsOptions): Promise<Http2Client> {
  return http2Over(await tlsThrough(proxy, authority, { ALPNProtocols: ['h2'], ...options }), authority);
}

/** HTTP/2 as a client over a TLS connection whose ALPN chose it. */
export function http2Over(secure: TLSSocket, authority: string): Http2Client {
  const session = connectHttp2(`https://${authority}`, { createConnection: () => secure });
  session.on('error', () => {});
  return {
    session,
    request: (fields, content) => requestHttp2(session, { ':authority': authority, ...fields }, content),
    async [Symbol.asyncDispose]() {
      session.destroy();
      await Promise.resolve();
    },
  };
}

function requestHttp2(session: ClientHttp2Session, fields: OutgoingHttpHeaders, content?: string): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(fields, { endStream: content === undefined });
    // Cut without an error code where its session is: no answer comes any more.
    stream.once('close', () => reject(new Error('Found a stream that was closed, expected an answer')));
    const chunks: Buffer[] = [];
    let answered: IncomingHttpHeaders = {};
    stream.on('response', (received) => {
      answered = received;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      resolve({ status: Number(answered[':status']), fields: answered, content: Buffer.concat(chunks).toString('utf8') });
    });
    if (content !== undefined) stream.end(content);
  });
}
