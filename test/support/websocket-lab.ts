import { createServer, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { WebSocket, WebSocketServer, type PerMessageDeflateOptions } from 'ws';
import type { OutcomeEvent } from '../../src/core/exchange/record.ts';
import { createTestCa, type TestCa } from './certificates.ts';
import { startDnsServer } from './dns-server.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { RawConnection } from './raw-client.ts';
import { openRecordingServer, type RecordingServer } from './recording-server.ts';
import { tlsThrough } from './tunnel-client.ts';

const NAME = 'messages.ws.example';

type Rules = Readonly<{ [path: string]: string }>;

export interface WebSocketLabOptions {
  /** Keys of rules besides id, destination, method, path and effect, as YAML in a flow mapping; by path, which ends in `/**`. */
  readonly rules: Rules;
  readonly deflate?: PerMessageDeflateOptions | boolean;
  /** The client comes through a tunnel that the gateway inspects, and the origin speaks TLS as well. */
  readonly isSecure?: boolean;
  /** What the origin does with a message; by default it sends it back. */
  readonly answer?: (message: Buffer, isBinary: boolean, client: WebSocket) => void;
}

/** How one end heard of the close. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** An origin that speaks WebSocket, and the gateway before it with one rule. */
export interface WebSocketLab extends AsyncDisposable {
  readonly gateway: Gateway;
  /** Messages as the origin got them: texts as strings. */
  readonly messages: readonly (string | Buffer)[];
  /** Payloads of pings that the origin got, and of closes. */
  readonly pings: readonly string[];
  readonly closes: readonly Closed[];
  /** Handshakes as the origin got them. */
  readonly handshakes: readonly IncomingMessage[];
  /** The side of the origin of the last connection. */
  readonly origin: WebSocket;
  /** A client through the gateway, when its handshake is done. */
  open(options?: { readonly deflate?: PerMessageDeflateOptions | boolean; readonly path?: string }): Promise<WebSocketClient>;
  /** A connection whose handshake is written by hand, and answered. */
  openRaw(fields?: readonly string[]): Promise<RawConnection>;
  /** Takes other rules into force. */
  reload(rules: Rules): Promise<void>;
  /** Waits for the outcome of a WebSocket. */
  outcome(matches?: (outcome: OutcomeEvent) => boolean): Promise<OutcomeEvent>;
}

/** A client with what it got. */
export class WebSocketClient implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly got: (string | Buffer)[] = [];
  readonly pongs: string[] = [];
  readonly closed: Promise<Closed>;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (content: Buffer, isBinary) => this.got.push(isBinary ? content : content.toString()));
    socket.on('pong', (payload: Buffer) => this.pongs.push(payload.toString()));
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('error', () => {});
  }

  /** Sends a message as these fragments. */
  send(...fragments: readonly (string | Buffer)[]): void {
    for (const [i, fragment] of fragments.entries()) this.socket.send(fragment, { fin: i === fragments.length - 1 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}

export async function startWebSocketLab(options: WebSocketLabOptions): Promise<WebSocketLab> {
  await using started = new AsyncDisposableStack();
  const seen = new SeenByOrigin();
  const ca = options.isSecure === true ? await createTestCa() : undefined;
  const server = started.use(await startOrigin(options, seen, ca));
  const dns = started.use(await startDnsServer({ [NAME]: { addresses: [server.address] } }));
  const gateway = started.use(
    await startGateway({ rules: policy(server, options.rules), dns: dns.address, trust: ca === undefined ? [] : [ca.pem] }),
  );
  const resources = started.move();
  const authority = `${NAME}:${server.port}`;
  return {
    gateway,
    messages: seen.messages,
    pings: seen.pings,
    closes: seen.closes,
    handshakes: seen.handshakes,
    get origin() {
      return seen.connections.at(-1)!;
    },
    open: async ({ deflate = false, path = '/chat/1' } = {}) => {
      const url = `ws://${authority}${path}`;
      // Within a tunnel the target is what it is to any origin; to a proxy it is written in absolute form.
      const finishRequest = (request: ClientRequest): void => {
        request.path = url.replace('ws:', 'http:');
        request.end();
      };
      const toProxy = (): Socket => connect(gateway.proxy.port, gateway.proxy.address);
      const tls = { ca: await gateway.caPem(), ALPNProtocols: ['http/1.1'] };
      const secure = ca === undefined ? undefined : await tlsThrough(gateway.proxy, authority, tls);
      const way = secure === undefined ? { createConnection: toProxy, finishRequest } : { createConnection: () => secure };
      const socket = new WebSocket(url, { ...way, perMessageDeflate: deflate });
      const client = new WebSocketClient(socket);
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      return client;
    },
    openRaw: async (fields = []) => {
      const raw = await RawConnection.open(gateway.proxy);
      const lines = [`GET http://${authority}/chat/raw HTTP/1.1`, `Host: ${authority}`, ...HANDSHAKE, ...fields];
      raw.send(`${lines.join('\r\n')}\r\n\r\n`);
      await raw.response();
      return raw;
    },
    reload: async (rules) => {
      await gateway.reload(policy(server, rules));
    },
    outcome: async (matches = () => true) => {
      const isIt = (event: OutcomeEvent): boolean => event.status === 101 && matches(event);
      return (await gateway.waitForRecord((each) => each.kind === 'outcome' && isIt(each))) as OutcomeEvent;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

class SeenByOrigin {
  readonly messages: (string | Buffer)[] = [];
  readonly pings: string[] = [];
  readonly closes: Closed[] = [];
  readonly handshakes: IncomingMessage[] = [];
  readonly connections: WebSocket[] = [];
}

async function startOrigin(
  { deflate = false, answer = echo }: WebSocketLabOptions,
  seen: SeenByOrigin,
  ca: TestCa | undefined,
): Promise<RecordingServer> {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: deflate });
  const http = createServer((_request, reply) => reply.writeHead(426).end());
  http.on('upgrade', (request: IncomingMessage, socket, head) => {
    seen.handshakes.push(request);
    sockets.handleUpgrade(request, socket, head, (client) => {
      seen.connections.push(client);
      client.on('error', () => client.terminate());
      client.on('ping', (payload: Buffer) => seen.pings.push(payload.toString()));
      client.on('close', (code, reason) => seen.closes.push({ code, reason: reason.toString() }));
      client.on('message', (content: Buffer, isBinary) => {
        seen.messages.push(isBinary ? content : content.toString());
        answer(content, isBinary, client);
      });
    });
  });
  const tls = await ca?.good(NAME);
  return await openRecordingServer({ address: '127.0.10.7', ...(tls && { tls }) }, ({ socket }) =>
    http.emit('connection', socket),
  );
}

function echo(message: Buffer, isBinary: boolean, client: WebSocket): void {
  client.send(message, { binary: isBinary });
}

function policy({ address, port }: RecordingServer, rules: Rules): string {
  const lines = Object.entries(rules).map(
    ([path, keys], i) => `  - { id: rule-${i}, to: [messages], methods: [GET], paths: ["${path}"], then: permit, ${keys} }\n`,
  );
  return `cordon: 1
agents: [{ id: lab, home: eu, identify: [{ cidr: [127.0.0.0/8] }] }]
destinations:
  - { id: messages, hosts: [${NAME}], addresses: [${address}/32], ports: [${port}], internal: { place: DE } }
rules:
${lines.join('')}`;
}
