import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa } from '../support/certificates.ts';
import { type Conduct, type HostileParent, opensTunnels, says, startHostileParent } from '../support/hostile-parent.ts';
import { echoStream, http2Handler } from '../support/http2-origin-handler.ts';
import { startLab, type Lab } from '../support/lab.ts';
import { PARENT_USER, parentProgram, type ParentProxy, startParentProxy } from '../support/parent-proxies.ts';
import { openTunnel, tlsThrough } from '../support/tunnel-client.ts';
import { BYTE_ECHO } from '../support/origin-scripts.ts';
import { expectUntouched, recordedExchange, recordedFrom } from './attacks/refused.ts';

const API = 'api.de.lab.example';
const PLAIN = 'plain.de.lab.example';
const OPAQUE = 'opaque.de.lab.example';
const US = 'api.us.lab.example';

const RULES = [
  '{ id: api, to: [api-de-lab-example, plain-de-lab-example], then: permit }',
  '{ id: opaque, to: [opaque-de-lab-example], inspect: false, then: permit }',
  '{ id: abroad, to: [api-us-lab-example], then: permit }',
];

/** A gateway in Germany whose only way out is this port. */
function labBehind(port: number, settings: object = {}): Promise<Lab> {
  return startLab({
    origins: {
      [API]: { country: 'DE', tls: 'good' },
      [PLAIN]: { country: 'DE' },
      [OPAQUE]: { country: 'DE', tls: 'good', handler: BYTE_ECHO },
      [US]: { country: 'US', tls: 'good' },
    },
    rules: RULES,
    settings: {
      node: { place: 'DE' },
      'upstream-proxy': { url: `http://127.0.0.1:${port}`, place: 'DE', secret: 'exit' },
      secrets: { provider: 'environment' },
      ...settings,
    },
    gateway: {
      environment: { CORDON_SECRET_EXIT: `${PARENT_USER.name}:${PARENT_USER.password}`, CORDON_SECRET_SINK: 'a'.repeat(40) },
    },
  });
}

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe.each(['tinyproxy', 'squid'] as const)('behind a real %s', (kind) => {
  const isMissing = parentProgram(kind) === undefined;
  let parent: ParentProxy;
  let lab: Lab;

  beforeAll(async () => {
    if (isMissing) return;
    parent = await startParentProxy(kind);
    lab = await labBehind(parent.port);
  });
  afterAll(async () => {
    await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
    await (parent as ParentProxy | undefined)?.[Symbol.asyncDispose]();
  });

  it.skipIf(isMissing)(
    'a request in an intercepted tunnel reaches the judged address, which alone the parent is told',
    async () => {
      await using client = await lab.https(API);
      client.send(`GET /a HTTP/1.1\r\nHost: ${lab.authority(API)}\r\n\r\n`);
      const answer = await client.response('GET');
      expect(answer.status).toBe(200);
      const [seen] = await lab.origin(API).waitForRequests(1);
      expect(seen?.target).toBe('/a');
      const { address, port } = lab.origin(API);
      const { outcome } = await recordedFrom(lab.gateway, '127.0.0.1', 'intercepted');
      expect(outcome).toMatchObject({ status: 200, dialled: address });
      expect(parent.log()).toContain(`CONNECT ${address}:${port}`);
      expect(parent.log()).not.toContain(API);
    },
  );

  it.skipIf(isMissing)('a request in the clear goes by CONNECT as well', async () => {
    await using client = await lab.connect();
    client.send(`GET http://${lab.authority(PLAIN)}/b HTTP/1.1\r\nHost: ${lab.authority(PLAIN)}\r\n\r\n`);
    expect((await client.response('GET')).status).toBe(200);
    const { address, port, received } = lab.origin(PLAIN);
    expect(received).toContain('GET /b HTTP/1.1\r\n');
    expect(received.toLowerCase()).not.toContain('proxy-authorization');
    expect(parent.log()).toContain(`CONNECT ${address}:${port}`);
  });

  it.skipIf(isMissing)('an opaque tunnel carries every byte both ways, and counts them', async () => {
    const from = '127.0.95.20';
    const secure = await tlsThrough(lab.gateway.proxy, lab.authority(OPAQUE), { ca: lab.ca.pem, from });
    const sent = randomBytes(2_000_000);
    const chunks: Buffer[] = [];
    secure.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise((resolve) => secure.once('close', resolve));
    secure.write(sent);
    await expect.poll(() => chunks.reduce((sum, { length }) => sum + length, 0), { timeout: 10_000 }).toBe(sent.length);
    secure.end();
    await ended;
    expect(hash(Buffer.concat(chunks))).toBe(hash(sent));
    const { outcome } = await recordedFrom(lab.gateway, from);
    expect(outcome).toMatchObject({ status: 200, dialled: lab.origin(OPAQUE).address });
    expect(outcome.bytes.sent).toBe(lab.origin(OPAQUE).bytesReceived);
    expect(outcome.bytes.received).toBeGreaterThan(sent.length);
  });

  it.skipIf(isMissing)('what may not leave is denied as ever, and the parent never hears of it', async () => {
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(US));
    expect(tunnel.answer.reason).toBe('outside_home');
    expect(parent.log()).not.toContain(lab.origin(US).address);
    expectUntouched(lab.origin(US));
  });
});

describe('behind a hostile parent', () => {
  let conduct: Conduct = opensTunnels;
  let parent: HostileParent;
  let lab: Lab;

  beforeAll(async () => {
    parent = await startHostileParent((socket, head) => conduct(socket, head));
    lab = await labBehind(parent.port, {
      sinks: [{ type: 'http', url: 'https://sink.lab.example/', secret: 'sink', place: 'DE' }],
      resolver: { servers: ['127.0.0.1:1'], hosts: hostsOf() },
    });
  });
  afterAll(async () => {
    await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
    await (parent as HostileParent | undefined)?.[Symbol.asyncDispose]();
  });

  /** Addresses that the laboratory gives its origins, in their order. */
  function hostsOf(): Record<string, string> {
    return { [API]: '127.0.10.1', [PLAIN]: '127.0.10.2', [OPAQUE]: '127.0.10.3', 'sink.lab.example': '127.0.10.200' };
  }

  async function ask(): Promise<{ status: number; code: unknown; outcome: unknown }> {
    await using client = await lab.connect();
    client.send(
      `POST http://${lab.authority(PLAIN)}/ HTTP/1.1\r\nHost: ${lab.authority(PLAIN)}\r\nContent-Length: 4\r\n\r\ndata`,
    );
    const answer = await client.response('POST');
    const { outcome } = await recordedExchange(lab.gateway, answer.field('cordon-exchange') ?? '');
    const { code } = JSON.parse(answer.content.toString()) as { code?: string };
    return { status: answer.status, code, outcome };
  }

  it.each<[string, Conduct, number, string, string]>([
    ['wants other credentials', says('HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n'), 502, 'connect_failed', '407'],
    ['forbids it', says('HTTP/1.1 403 No\r\n\r\n'), 502, 'connect_failed', '403'],
    ['breaks', says('HTTP/1.1 500 No\r\n\r\n'), 502, 'connect_failed', '500'],
    ['waited in vain', says('HTTP/1.1 504 No\r\n\r\n'), 504, 'connect_timeout', '504'],
    ['speaks garbage', says('\0\0\0\0\0\0\0\0'), 502, 'origin_protocol', 'HTTP'],
    ['never ends its header section', says(`HTTP/1.1 200 OK\r\nA: ${'a'.repeat(40_000)}`), 502, 'origin_protocol', '16384'],
    ['hangs up', (socket) => void socket.resetAndDestroy(), 502, 'connect_failed', 'ECONNRESET'],
  ])('one that %s is told and recorded, and nobody is reached past it', async (_, does, status, code, detail) => {
    conduct = does;
    const answered = await ask();
    expect(answered).toMatchObject({ status, code, outcome: { status, code } });
    expect(answered.outcome).toMatchObject({ detail: expect.stringContaining(detail) as string });
    expect(answered.outcome).not.toHaveProperty('dialled');
    expectUntouched(lab.origin(PLAIN));
  });

  it("the gateway's own requests go through it as well, to the judged address", async () => {
    conduct = says('HTTP/1.1 503 No\r\n\r\n');
    await expect
      .poll(() => parent.asked.some((head) => head.startsWith('CONNECT 127.0.10.200:443 HTTP/1.1\r\n')), { timeout: 10_000 })
      .toBe(true);
  });

  it('is told nothing but addresses and its credential, which is nowhere else', async () => {
    expect(parent.asked.length).toBeGreaterThan(5);
    const credential = Buffer.from(`${PARENT_USER.name}:${PARENT_USER.password}`).toString('base64');
    for (const head of parent.asked) {
      expect(head).toMatch(
        /^CONNECT (127\.0\.10\.\d+:\d+) HTTP\/1\.1\r\nHost: \1\r\nProxy-Authorization: Basic [A-Za-z0-9+/=]+\r\n\r\n$/,
      );
      expect(head).toContain(credential);
    }
    const written = await lab.gateway.everythingWritten();
    expect(written).not.toContain(PARENT_USER.password);
    expect(written).not.toContain(credential);
    expect(lab.gateway.stdout).toContain(`through http://127.0.0.1:${parent.port} in DE; straight: name servers`);
  });
});

describe('behind a parent over TLS that has a name', () => {
  const NAME = 'parent.lab.example';
  const SHARED = 'shared.de.lab.example';
  /** Streams that are left open. */
  const stays: ServerHttp2Stream[] = [];
  let parent: HostileParent;
  let lab: Lab;

  beforeAll(async () => {
    const ca = await createTestCa();
    parent = await startHostileParent(opensTunnels, await ca.good(NAME));
    lab = await startLab({
      origins: {
        [OPAQUE]: { country: 'DE', tls: 'good', handler: BYTE_ECHO },
        [SHARED]: {
          country: 'DE',
          tls: { ...(await ca.good(SHARED)), alpn: ['h2'] },
          handler: http2Handler((stream, fields, raw) => {
            if (fields[':path'] === '/stays') stays.push(stream);
            else echoStream(stream, fields, raw);
          }),
        },
      },
      rules: [...TUNNEL, '{ id: shared, to: [shared-de-lab-example], then: permit }'],
      dns: { [NAME]: { addresses: ['127.0.0.1'] } },
      settings: { node: { place: 'DE' }, 'upstream-proxy': { url: `https://${NAME}:${parent.port}`, place: 'DE' } },
      gateway: { trust: [ca.pem] },
    });
  });
  afterAll(async () => {
    await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
    await (parent as HostileParent | undefined)?.[Symbol.asyncDispose]();
  });

  const TUNNEL = ['{ id: opaque, to: [opaque-de-lab-example], inspect: false, then: permit }'];

  it('TLS runs inside TLS, and what is counted is what the origin got', async () => {
    const from = '127.0.95.30';
    const secure = await tlsThrough(lab.gateway.proxy, lab.authority(OPAQUE), { ca: lab.ca.pem, from });
    const sent = randomBytes(300_000);
    let received = 0;
    secure.on('data', (chunk: Buffer) => (received += chunk.length));
    secure.write(sent);
    await expect.poll(() => received, { timeout: 10_000 }).toBe(sent.length);
    secure.end();
    const { outcome } = await recordedFrom(lab.gateway, from);
    expect(outcome).toMatchObject({ status: 200, dialled: lab.origin(OPAQUE).address });
    expect(outcome.bytes.sent).toBe(lab.origin(OPAQUE).bytesReceived);
  });

  it('requests over HTTP/2 share one tunnel to the judged address, which ends where they are denied', async () => {
    await using client = await lab.http2(SHARED);
    const { address, port } = lab.origin(SHARED);
    const tunnels = (): number => parent.asked.filter((head) => head.startsWith(`CONNECT ${address}:${port} `)).length;
    const answers = await Promise.all(
      ['/1', '/2', '/3'].map((path) => client.request({ ':path': path, ':method': 'POST' }, path)),
    );
    expect(answers.map(({ content }) => (JSON.parse(content) as { content: string }).content)).toEqual(['/1', '/2', '/3']);
    expect(tunnels()).toBe(1);
    const cut = client.request({ ':path': '/stays' });
    await expect.poll(() => stays.length).toBe(1);
    const [stream] = stays as [ServerHttp2Stream];
    const closed = once(stream.session as NonNullable<ServerHttp2Stream['session']>, 'close');
    await lab.gateway.reload(
      lab.policy([...TUNNEL, "{ id: fewer, to: [shared-de-lab-example], paths: ['/other'], then: permit }"]),
    );
    const answer = await cut;
    const { outcome } = await recordedExchange(lab.gateway, String(answer.fields['cordon-exchange']));
    expect([answer.status, outcome.code, outcome.dialled]).toEqual([403, 'no_rule', address]);
    await closed;
    expect((await client.request({ ':path': '/other' })).status).toBe(200);
    expect(tunnels()).toBe(2);
  });

  it('what runs is cut, and nothing more is asked, once the parent may not be dialled any more', async () => {
    const from = '127.0.95.31';
    const secure = await tlsThrough(lab.gateway.proxy, lab.authority(OPAQUE), { ca: lab.ca.pem, from });
    const closed = new Promise((resolve) => secure.once('end', resolve));
    secure.on('error', () => {}).resume();
    secure.write('a');
    const asked = parent.asked.length;
    lab.dns.script(NAME, { addresses: ['169.254.169.254'] });
    await lab.gateway.reload(lab.policy(TUNNEL.map((rule) => rule.replace('id: opaque', 'id: renamed'))));
    await closed;
    const { outcome } = await recordedFrom(lab.gateway, from);
    const detail = expect.stringContaining(`upstream-proxy ${NAME}:${parent.port}: `) as string;
    expect(outcome).toMatchObject({ code: 'metadata_address', detail });
    const late = '127.0.95.32';
    await expect(tlsThrough(lab.gateway.proxy, lab.authority(OPAQUE), { ca: lab.ca.pem, from: late })).rejects.toThrow();
    expect((await recordedFrom(lab.gateway, late)).outcome).toMatchObject({ code: 'metadata_address', detail });
    expect(parent.asked).toHaveLength(asked);
  });
});
