import { createServer, connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relay } from '../../../src/upstream/relay.ts';
import { FLAG, FRAME, clientPreface, frameThat, headersFrame } from '../../support/http2-frames.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { BYTE_ECHO, response } from '../../support/origin-scripts.ts';
import { RawConnection, type RawResponse } from '../../support/raw-client.ts';
import { openSocketPair } from '../../support/socket-pair.ts';
import { openTunnel, tlsThrough } from '../../support/tunnel-client.ts';
import { nextClient } from './attempts.ts';
import { expectRefused, expectUntouched, recordedExchange, recordedFrom } from './refused.ts';

const PLAIN = 'plain.de.lab.example';
const SECURE = 'secure.de.lab.example';
const BYTES = 'bytes.de.lab.example';
const FINISHER = 'finisher.de.lab.example';
const MASKED = 'masked.de.lab.example';
const FORBIDDEN = 'forbidden.us.lab.example';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: {
      [PLAIN]: { country: 'DE', handler: response('200 OK', 'hi', ['Alt-Svc: h3=":443"; ma=86400']) },
      [SECURE]: { country: 'DE', tls: 'good' },
      [BYTES]: { country: 'DE', handler: BYTE_ECHO },
      [FINISHER]: {
        country: 'DE',
        handler: { onConnection: ({ socket }) => void socket.once('data', () => socket.end('bye')).resume() },
      },
      [MASKED]: { country: 'DE' },
      [FORBIDDEN]: { country: 'US' },
    },
    rules: [
      '{ id: germany, to: [plain-de-lab-example, secure-de-lab-example, masked-de-lab-example], paths: ["/open/**"], then: permit }',
      '{ id: masks, to: [masked-de-lab-example], mask: { request: [secrets] } }',
      '{ id: bytes, to: [bytes-de-lab-example, finisher-de-lab-example], inspect: false, tunnel: { protocol: any }, then: permit }',
      '{ id: america, to: [forbidden-us-lab-example], inspect: false, tunnel: { protocol: any }, then: permit }',
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

async function askWith(name: string, path: string, lines: readonly string[]): Promise<RawResponse> {
  const authority = lab.authority(name);
  await using client = await lab.connect();
  client.send(
    `GET http://${authority}${path} HTTP/1.1\r\nHost: ${authority}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`,
  );
  return await client.response();
}

describe('upgrades', () => {
  it('TUN-01 the handshake is judged, and masked where its messages are', async () => {
    await expectRefused(lab.gateway, await askWith(PLAIN, '/closed/chat', HANDSHAKE), { status: 403, code: 'no_rule' });
    expectUntouched(lab.origin(PLAIN));
    await askWith(MASKED, '/open/chat?key=AKIAIOSFODNN7EXAMPLE', [...HANDSHAKE, 'X-Note: AKIAIOSFODNN7EXAMPLE']);
    const [seen] = lab.origin(MASKED).requests;
    expect(seen?.target).toMatch(/^\/open\/chat\?key=REDACTED_[A-Z_]+$/);
    expect(JSON.stringify(seen)).not.toContain('AKIA');
  });

  it.each([
    ['TUN-06', 'h2c', ['HTTP2-Settings: AAMAAABkAAQAAP__']],
    ['TUN-07', 'foo', []],
    ['TUN-07', 'IRC/6.9', []],
    ['TUN-07', 'websocket, foo', []],
  ])('%s Upgrade: %s is not passed on', async (_id, protocol, lines) => {
    const path = `/open/${protocol.replaceAll(/\W/g, '-')}`;
    const answer = await askWith(PLAIN, path, ['Connection: Upgrade, HTTP2-Settings', `Upgrade: ${protocol}`, ...lines]);
    expect(answer.status).toBe(200);
    const seen = lab.origin(PLAIN).requests.find(({ target }) => target === path);
    expect(seen?.fields.map(([name]) => name.toLowerCase()).filter((name) => /upgrade|http2/.test(name))).toEqual([]);
  });

  it('TUN-06 HTTP/2 with prior knowledge, to the proxy and inside a tunnel', async () => {
    const from = nextClient();
    await using client = await lab.connect(from);
    client.send(clientPreface());
    expect(await client.rest()).toMatch(/^HTTP\/1\.1 400 malformed_request\r\n/);
    expect((await recordedFrom(lab.gateway, from)).outcome).toMatchObject({ code: 'malformed_request', status: 400 });
    await using inside = await lab.https(SECURE);
    inside.send(clientPreface());
    expect(await inside.rest()).toMatch(/^HTTP\/1\.1 400 malformed_request\r\n/);
    expectUntouched(lab.origin(SECURE));
  });

  it('TUN-10 offers of other routes are taken out of responses', async () => {
    const answer = await askWith(PLAIN, '/open/alt', []);
    expect([answer.status, answer.field('alt-svc')]).toEqual([200, undefined]);
  });

  it.each(['websocket', 'connect-udp', 'connect-ip'])('TUN-11 extended CONNECT for %s is refused', async (protocol) => {
    const ca = await lab.gateway.caPem();
    await using connection = new RawConnection(
      await tlsThrough(lab.gateway.proxy, lab.authority(SECURE), { ca, ALPNProtocols: ['h2'] }),
    );
    connection.send(clientPreface());
    const lines = [
      [':method', 'CONNECT'],
      [':protocol', protocol],
      [':scheme', 'https'],
      [':path', '/open/x'],
      [':authority', lab.authority(SECURE)],
    ] as const;
    connection.send(headersFrame(1, lines, FLAG.endHeaders));
    const end = await frameThat(connection, ({ type, stream }) => stream === 1 || type === FRAME.goaway);
    expect(end.type === FRAME.headers ? end.content[0] : 0).not.toBe(0x88);
    expectUntouched(lab.origin(SECURE));
  });
});

describe('tunnels in tunnels', () => {
  it('TUN-08 CONNECT inside an inspected tunnel is refused, over HTTP/1.1 and HTTP/2', async () => {
    for (const target of ['evil.example:443', lab.authority(FORBIDDEN), lab.authority(SECURE)]) {
      await using client = await lab.https(SECURE);
      client.send(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
      await expectRefused(lab.gateway, await client.response('CONNECT'), { status: 400, code: 'malformed_request' });
      await using http2 = await lab.http2(SECURE);
      const answer = await http2
        .request({ ':method': 'CONNECT', ':authority': target })
        .catch((error: unknown) => String(error));
      expect(typeof answer === 'string' || answer.status >= 400).toBe(true);
    }
    expectUntouched(lab.origin(SECURE), lab.origin(FORBIDDEN));
    expect(lab.dns.queries.filter(({ name }) => name === 'evil.example')).toEqual([]);
  });

  it('TUN-09 a relay in between changes nothing, and fields that speak of other clients do not either', async () => {
    const relayServer = createServer((socket) => {
      const onward = connect({ host: lab.gateway.proxy.address, port: lab.gateway.proxy.port, localAddress: '127.0.97.9' });
      socket.on('error', () => onward.destroy()).pipe(onward);
      onward.on('error', () => socket.destroy()).pipe(socket);
    });
    await new Promise<void>((resolve) => relayServer.listen(0, '127.0.0.1', resolve));
    const { port } = relayServer.address() as AddressInfo;
    const fields = ['X-Forwarded-For: 10.0.0.1', 'Forwarded: for=10.0.0.1', 'X-Real-IP: 10.0.0.1', 'Via: 1.1 relay'];
    for (const proxy of [lab.gateway.proxy, { address: '127.0.0.1', port }]) {
      await using good = await openTunnel(proxy, lab.authority(BYTES), { fields });
      expect(good.answer.status).toBe(200);
      await using bad = await openTunnel(proxy, lab.authority(FORBIDDEN), { fields });
      const { decision } = await expectRefused(lab.gateway, bad.answer, { status: 403, code: 'outside_home' });
      expect(decision.client).toMatch(/^127\.0\.(?:0\.1|97\.9)$/);
    }
    await new Promise<void>((resolve) => relayServer.close(() => resolve()));
    expectUntouched(lab.origin(FORBIDDEN));
  });
});

describe('the life of a tunnel', () => {
  it('TUN-14 half-close passes through, and the bytes of both directions are counted', async () => {
    const from = nextClient();
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(BYTES), { from, early: Buffer.from('early ') });
    tunnel.connection.send('late');
    tunnel.connection.finish();
    expect(await tunnel.connection.rest()).toBe('early late');
    const { decision, outcome } = await recordedFrom(lab.gateway, from);
    expect(decision).toMatchObject({ decision: 'permit', rules: ['bytes'], method: 'CONNECT' });
    expect(outcome).toMatchObject({
      status: 200,
      detail: 'closed',
      dialled: lab.origin(BYTES).address,
      bytes: { sent: 10, received: 10 },
    });
  });

  it('TUN-14 the origin may finish first', async () => {
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(FINISHER));
    tunnel.connection.send('a');
    expect(await tunnel.connection.rest()).toBe('bye');
    tunnel.connection.send('still read');
    await expect.poll(() => lab.origin(FINISHER).received).toBe('astill read');
  });

  it('TUN-14 a RST of one side reaches the other', async () => {
    const from = nextClient();
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(BYTES), { from });
    tunnel.connection.send('a');
    await tunnel.connection.bytes(1);
    lab.origin(BYTES).connections.at(-1)?.reset();
    await tunnel.connection.rest();
    expect((await recordedFrom(lab.gateway, from)).outcome).toMatchObject({ bytes: { sent: 1, received: 1 } });
  });

  // The bounds of the running gateway are hours; the relay that keeps them is given short ones here.
  it.each([
    ['idle', { idle: 60, halfClosedIdle: 60_000, lifetime: 60_000 }],
    ['lifetime', { idle: 60_000, halfClosedIdle: 60_000, lifetime: 60 }],
  ] as const)('TUN-14 the bound on %s ends both sides', async (end, limits) => {
    await using client = await openSocketPair();
    await using origin = await openSocketPair();
    const agent = new RawConnection(client.client);
    const running = relay(client.server, origin.client, Buffer.from('a'), limits);
    expect((await new RawConnection(origin.server).bytes(1)).toString()).toBe('a');
    expect(await running.ended).toBe(end);
    expect(await agent.rest()).toBe('');
    expect(running.bytes).toMatchObject({ sent: 1, received: 0 });
  });

  it('TUN-14 a side that has finished sending is waited for only so long', async () => {
    await using client = await openSocketPair();
    await using origin = await openSocketPair();
    const running = relay(client.server, origin.client, Buffer.alloc(0), {
      idle: 60_000,
      halfClosedIdle: 60,
      lifetime: 60_000,
    });
    client.client.end('last');
    expect((await new RawConnection(origin.server).bytes(4)).toString()).toBe('last');
    expect(await running.ended).toBe('idle');
  });

  it('a refused tunnel has both records under one exchange', async () => {
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(FORBIDDEN));
    const { decision, outcome } = await recordedExchange(lab.gateway, tunnel.answer.field('cordon-exchange') ?? '');
    expect(decision.seq).toBeLessThan(outcome.seq);
    expectUntouched(lab.origin(FORBIDDEN));
  });
});
