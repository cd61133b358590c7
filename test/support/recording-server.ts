import { X509Certificate } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContextOptions } from 'node:tls';
import type { ServerCertificate } from './certificates.ts';

export interface ServerOptions {
  /** 127.0.0.1 unless given. */
  readonly address?: string;
  /** Any free port unless given. */
  readonly port?: number;
  readonly tls?: ServerCertificate &
    Pick<SecureContextOptions, 'minVersion' | 'maxVersion' | 'ciphers'> & {
      readonly alpn?: readonly string[];
      /** PEM of the only CA whose client certificates are let in; absent: none is asked for. */
      readonly clientCa?: string;
    };
}

/** One accepted connection; `socket` carries cleartext, whether or not TLS is below. */
export interface Connection {
  readonly socket: Socket;
  readonly remotePort: number;
  /** Bytes of TCP content that arrived, TLS handshake included. */
  readonly bytesReceived: number;
  /** What the client asked for; absent without TLS or without SNI. */
  readonly serverName?: string;
  /** Subject of the certificate that the client showed. */
  readonly clientSubject?: string;
  readonly isClosed: boolean;
  /** Ends the connection with a RST. */
  reset(): void;
}

export interface RecordingServer extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** `address:port` */
  readonly authority: string;
  /** Every TCP connection ever accepted: a forbidden origin has none. */
  readonly connections: readonly Connection[];
  /** Sum over all connections. */
  readonly bytesReceived: number;
  /** Errors of TLS handshakes: code, or message. */
  readonly tlsErrors: readonly string[];
}

/** Listens, counts every byte at the TCP level, and hands over connections once TLS, if any, is up. */
export async function openRecordingServer(
  options: ServerOptions,
  onConnection: (connection: Connection) => void,
): Promise<RecordingServer> {
  const connections: OpenConnection[] = [];
  const tlsErrors: string[] = [];
  const server = createServer({ allowHalfOpen: true }, (raw) => {
    raw.on('error', () => raw.destroy());
    const connection = new OpenConnection(raw);
    connections.push(connection);
    if (options.tls === undefined) return onConnection(connection);
    connection.secure(options.tls, tlsErrors, () => onConnection(connection));
  });
  const address = options.address ?? '127.0.0.1';
  const port = await listen(server, address, options.port ?? 0);
  return {
    address,
    port,
    authority: `${address}:${port}`,
    connections,
    get bytesReceived() {
      return connections.reduce((sum, connection) => sum + connection.bytesReceived, 0);
    },
    tlsErrors,
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

class OpenConnection implements Connection {
  socket: Socket;
  serverName?: string;
  clientSubject?: string;
  readonly remotePort: number;
  readonly #raw: Socket;

  constructor(raw: Socket) {
    this.#raw = raw;
    this.socket = raw;
    this.remotePort = raw.remotePort ?? 0;
  }

  get bytesReceived(): number {
    return this.#raw.bytesRead;
  }

  get isClosed(): boolean {
    return this.#raw.destroyed;
  }

  reset(): void {
    this.#raw.resetAndDestroy();
  }

  secure(options: NonNullable<ServerOptions['tls']>, errors: string[], whenSecure: () => void): void {
    const { alpn = ['http/1.1'], clientCa, ...context } = options;
    const secure = new TLSSocket(this.#raw, {
      isServer: true,
      secureContext: createSecureContext(context),
      ALPNProtocols: [...alpn],
      ...(clientCa !== undefined && { requestCert: true, rejectUnauthorized: true }),
    });
    this.socket = secure;
    secure.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message));
    secure.once('secure', () => {
      // HTTP/2 servers wait for this flag, which only `tls.Server` clears.
      Object.assign(secure, { secureConnecting: false });
      if (typeof secure.servername === 'string' && secure.servername !== '') this.serverName = secure.servername;
      if (clientCa === undefined || this.#isClient(secure, new X509Certificate(clientCa))) whenSecure();
      else secure.destroy(Object.assign(new Error('Refused'), { code: 'CLIENT_CERTIFICATE_REFUSED' }));
    });
  }

  // `tls.Server` compares with its CAs only now, too; what came without any certificate got an alert already.
  #isClient(secure: TLSSocket, ca: X509Certificate): boolean {
    const shown = secure.getPeerX509Certificate();
    if (shown?.checkIssued(ca) !== true || !shown.verify(ca.publicKey)) return false;
    this.clientSubject = shown.subject;
    return true;
  }
}

function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}
