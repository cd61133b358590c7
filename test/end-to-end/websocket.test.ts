import { randomBytes } from 'node:crypto';
import type { ClientRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createTestCa, type TestCa } from '../support/certificates.ts';
import { startDnsServer, type DnsServerHandle } from '../support/dns-server.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';
import { RawConnection } from '../support/raw-client.ts';
import { tlsThrough } from '../support/tunnel-client.ts';
import { startWebSocketOrigin, type WebSocketOrigin } from '../support/websocket-origin.ts';

const PLAIN = 'plain.ws.example';
const SECURE = 'secure.ws.example';

let started: AsyncDisposableStack;
let gateway: Gateway;
let ca: TestCa;
let dns: DnsServerHandle;
let plain: WebSocketOrigin;
let secure: WebSocketOrigin;

beforeAll(async () => {
  started = new AsyncDisposableStack();
  ca = await createTestCa();
  plain = started.use(await startWebSocketOrigin({ address: '127.0.10.1' }));
  secure = started.use(await startWebSocketOrigin({ address: '127.0.10.2', tls: await ca.good(SECURE) }));
  dns = started.use(
    await startDnsServer({ [PLAIN]: { addresses: [plain.address] }, [SECURE]: { addresses: [secure.address] } }),
  );
  gateway = started.use(await startGateway({ rules: policy('/chat/**'), dns: dns.address, trust: [ca.pem] }));
});
afterAll(() => started.disposeAsync());

function policy(path: string): string {
  return `cordon: 1
agents: [{ id: lab, home: eu, identify: [{ cidr: [127.0.0.0/8] }] }]
destinations:
  - { id: plain, hosts: [${PLAIN}], addresses: [${plain.address}/32], ports: [${plain.port}], internal: { place: DE } }
  - { id: secure, hosts: [${SECURE}], addresses: [${secure.address}/32], ports: [${secure.port}], internal: { place: DE } }
rules:
  - { id: chat, to: [plain, secure], methods: [GET], paths: ["${path}"], then: permit }
`;
}

/** A handshake by hand on a connection to the proxy, or inside an intercepted tunnel. */
async function handshake(name: string, path: string): Promise<RawConnection> {
  const origin = name === PLAIN ? plain : secure;
  const authority = `${name}:${origin.port}`;
  const tunnel = async (): Promise<RawConnection> => {
    const options = { ca: await gateway.caPem(), ALPNProtocols: ['http/1.1'] };
    return new RawConnection(await tlsThrough(gateway.proxy, authority, options));
  };
  const client = name === PLAIN ? await RawConnection.open(gateway.proxy) : await tunnel();
  const target = name === PLAIN ? `http://${authority}${path}` : path;
  client.send(
    `GET ${target} HTTP/1.1\r\nHost: ${authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nProxy-Connection: keep-alive\r\n\r\n`,
  );
  return client;
}

/** A whole WebSocket client whose connection is the given one. */
async function webSocketOver(name: string): Promise<WebSocket> {
  const origin = name === PLAIN ? plain : secure;
  const authority = `${name}:${origin.port}`;
  const url = `ws://${authority}/chat/1`;
  if (name === PLAIN) {
    // An absolute-form target is what makes it a request to a proxy; `finishRequest` is the one place to write it.
    const finishRequest = (request: ClientRequest): void => {
      request.path = url.replace('ws:', 'http:');
      request.end();
    };
    const toProxy = (): Socket => connect(gateway.proxy.port, gateway.proxy.address);
    return new WebSocket(url, { createConnection: toProxy, finishRequest, perMessageDeflate: false });
  }
  const socket = await tlsThrough(gateway.proxy, authority, { ca: await gateway.caPem(), ALPNProtocols: ['http/1.1'] });
  return new WebSocket(url, { createConnection: () => socket, perMessageDeflate: false });
}

async function echoed(client: WebSocket, messages: readonly (string | Buffer)[]): Promise<(string | Buffer)[]> {
  await new Promise((resolve, reject) => client.once('open', resolve).once('error', reject));
  const got: (string | Buffer)[] = [];
  const all = new Promise<void>((resolve) => {
    client.on('message', (content: Buffer, isBinary) => {
      got.push(isBinary ? content : content.toString());
      if (got.length === messages.length) resolve();
    });
  });
  for (const message of messages) client.send(message);
  await all;
  return got;
}

describe.each([
  ['ws', PLAIN],
  ['wss', SECURE],
] as const)('WebSocket over %s', (_scheme, name) => {
  it('messages pass both ways, text and binary, small and large', async () => {
    const client = await webSocketOver(name);
    const messages = ['hello', 'grüße', randomBytes(10), randomBytes(300_000)];
    expect(await echoed(client, messages)).toEqual(messages);
    const closed = new Promise<number>((resolve) => client.once('close', resolve));
    client.close(4001, 'done');
    expect(await closed).toBe(4001);
    const { port } = name === PLAIN ? plain : secure;
    const decision = await gateway.waitForRecord(
      (each) => each.kind === 'decision' && each.exchangeKind === 'upgrade' && each.target?.includes(String(port)) === true,
    );
    expect(decision).toMatchObject({ decision: 'permit', rules: ['chat'] });
    const { exchange } = decision as { exchange?: string };
    const outcome = await gateway.waitForRecord((each) => each.kind === 'outcome' && each.exchange === exchange);
    expect(outcome).toMatchObject({ status: 101, bytes: { sent: expect.any(Number), received: expect.any(Number) } });
    expect((outcome as { bytes: { sent: number } }).bytes.sent).toBeGreaterThan(300_000);
  });

  it('a handshake that no rule permits is answered, and reaches nobody', async () => {
    const origin = name === PLAIN ? plain : secure;
    const before = origin.handshakes.length;
    await using client = await handshake(name, '/other');
    const answer = await client.response();
    expect([answer.status, JSON.parse(answer.content.toString())]).toEqual([403, expect.objectContaining({ code: 'no_rule' })]);
    expect(origin.handshakes).toHaveLength(before);
  });

  it('the handshake that arrives is the one that was sent, without the fields of the hop', async () => {
    await using client = await handshake(name, '/chat/fields?q=1');
    expect((await client.response()).status).toBe(101);
    const seen = (name === PLAIN ? plain : secure).handshakes.at(-1);
    expect(seen?.target).toBe('/chat/fields?q=1');
    expect(seen?.fields).toMatchObject({ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', upgrade: 'websocket' });
    expect(seen?.fields['proxy-connection']).toBeUndefined();
  });
});

describe('WebSocket under a changed policy', () => {
  it('is cut within a second when its rule goes', async () => {
    await using client = await handshake(SECURE, '/chat/cut');
    expect((await client.response()).status).toBe(101);
    const startedAt = performance.now();
    await gateway.reload(policy('/elsewhere/**'));
    await client.rest(1_000);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    await gateway.waitForRecord((each) => each.kind === 'outcome' && each.code === 'no_rule' && each.status === 101);
  });
});
