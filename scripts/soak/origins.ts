import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { setTimeout as pause } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import type { TestCa } from '../../test/support/certificates.ts';
import { openRecordingServer, type RecordingServer } from '../../test/support/recording-server.ts';
import type { Ledger } from './ledger.ts';

/** A value that the policy masks: no origin may ever see it. */
export const MASKED_VALUE = 'anna.schmidt@example.org';
/** Events of one stream, and milliseconds between them. */
const EVENTS = 10;
const EVENT_INTERVAL_MS = 150;
const ANSWER = JSON.stringify({ answer: 'x'.repeat(1_000) });

export const NAMES = { plain: 'plain.de.soak.example', secure: 'secure.de.soak.example', abroad: 'abroad.us.soak.example' };

export interface Origins extends AsyncDisposable {
  readonly plain: RecordingServer;
  readonly secure: RecordingServer;
  /** Where nothing may go: it is not asked what came, only whether anybody did. */
  readonly abroad: RecordingServer;
  readonly sink: RecordingServer;
  /** Records that the sink has got. */
  readonly sunk: () => number;
}

/** Origins that keep what they were asked for in the ledger, and nothing else: a soak is long. */
export async function startOrigins(ca: TestCa, ledger: Ledger): Promise<Origins> {
  await using stack = new AsyncDisposableStack();
  const http = createServer((request, reply) => void serve(ledger, request, reply));
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on('upgrade', (request: IncomingMessage, socket, head) => {
    ledger.arrived(request.url ?? '');
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate()).on('message', (content) => client.send(content, { binary: false }));
    });
  });
  // Connections of the gateway's pool may stay as long as the gateway keeps them.
  http.keepAliveTimeout = 0;
  const http2 = createHttp2Server();
  http2.on('session', (session) => session.on('error', () => {}));
  // The compatibility API of HTTP/2 has what is used of HTTP/1.1's.
  http2.on('request', (request, reply) => {
    void serve(ledger, request as unknown as IncomingMessage, reply as unknown as ServerResponse);
  });
  const either = ({ socket }: { readonly socket: unknown }): void => {
    const server = (socket as TLSSocket).alpnProtocol === 'h2' ? http2 : http;
    server.emit('connection', socket);
  };
  const secureCertificate = await ca.good(NAMES.secure);
  const plain = stack.use(await openRecordingServer({ address: '127.0.10.11' }, either));
  const secure = stack.use(
    await openRecordingServer({ address: '127.0.10.12', tls: { ...secureCertificate, alpn: ['h2', 'http/1.1'] } }, either),
  );
  const abroad = stack.use(
    await openRecordingServer({ address: '127.0.20.13' }, ({ socket }) => {
      ledger.leaks.push('a connection to the origin abroad');
      socket.destroy();
    }),
  );
  const records = { count: 0 };
  const receiver = createServer((request, reply) => {
    request.setEncoding('latin1').on('data', (text: string) => (records.count += text.split('\n').length - 1));
    request.on('end', () => reply.writeHead(204).end());
  });
  const sink = stack.use(
    await openRecordingServer({ address: '127.0.10.14', tls: await ca.good('127.0.10.14') }, ({ socket }) =>
      receiver.emit('connection', socket),
    ),
  );
  const resources = stack.move();
  return {
    plain,
    secure,
    abroad,
    sink,
    sunk: () => records.count,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function serve(ledger: Ledger, request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const path = request.url ?? '';
  ledger.arrived(path);
  let content = '';
  for await (const chunk of request.setEncoding('latin1')) content += String(chunk);
  if (content.includes(MASKED_VALUE)) ledger.leaks.push(`${path} arrived with ${MASKED_VALUE}`);
  if (!path.startsWith('/sse/')) {
    reply.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
    return;
  }
  reply.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let n = 0; n < EVENTS && !reply.destroyed; n++) {
    reply.write(`data: {"token":"${n}"}\n\n`);
    await pause(EVENT_INTERVAL_MS);
  }
  reply.end();
}
