import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../support/lab.ts';
import { RawConnection } from '../support/raw-client.ts';
import { openTunnel, tlsThrough } from '../support/tunnel-client.ts';
import { expectRefused, expectUntouched, recordedExchange, recordedFrom } from './attacks/refused.ts';

const API = 'api.us.lab.example';
const PERMIT = '{ id: america, to: [api-us-lab-example], then: permit, transfer: { to: [US], basis: contract } }';
const DENY = '{ id: no-america, to: [api-us-lab-example], then: deny }';
const OUTSIDE = '{ id: america, to: [api-us-lab-example], then: permit }';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    agents: [{ id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.0.0/16'] }] }],
    origins: { [API]: { country: 'US', tls: 'good' } },
    rules: [OUTSIDE],
    gateway: { denials: 'inside' },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const ask = (client: RawConnection, path = '/x'): ReturnType<RawConnection['response']> => {
  client.send(`GET ${path} HTTP/1.1\r\nHost: ${lab.authority(API)}\r\n\r\n`);
  return client.response();
};

describe('denials: inside', () => {
  it('a refused CONNECT opens a tunnel that ends here, and the full answer is in it', async () => {
    const from = '127.0.97.40';
    await using client = await lab.https(API, { from });
    const { decision } = await expectRefused(lab.gateway, await ask(client), { status: 403, code: 'outside_home' });
    expect(decision).toMatchObject({ place: { entry: 'US' }, home: 'eu', exchangeKind: 'intercepted' });
    const connect = await recordedFrom(lab.gateway, from, 'connect');
    expect([connect.decision.decision, connect.decision.code, connect.outcome.code]).toEqual([
      'deny',
      'outside_home',
      'outside_home',
    ]);
    expect(decision.tunnel).toBe(connect.decision.exchange);
    expectUntouched(lab.origin(API));
  });

  it('over HTTP/2 as well', async () => {
    await using client = await lab.http2(API);
    const answer = await client.request({ ':path': '/x' });
    expect([answer.status, JSON.parse(answer.content)]).toEqual([
      403,
      expect.objectContaining({ code: 'outside_home', place: 'US' }),
    ]);
    expectUntouched(lab.origin(API));
  });

  it('nothing is dialled from such a tunnel, even when the policy permits meanwhile', async () => {
    await lab.gateway.reload(lab.policy([OUTSIDE, DENY]));
    await using client = await lab.https(API);
    await expectRefused(lab.gateway, await ask(client), { status: 403, code: 'denied_by_rule' });
    expect(await lab.gateway.reload(lab.policy([PERMIT]))).toMatchObject({ change: 'loaded' });
    await expectRefused(lab.gateway, await ask(client), { status: 403, code: 'denied_by_rule' });
    expectUntouched(lab.origin(API));
    await using fresh = await lab.https(API);
    expect((await ask(fresh)).status).toBe(200);
    await lab.gateway.reload(lab.policy([OUTSIDE, DENY]));
  });

  it('another name inside is a mismatch, not an answer about that name', async () => {
    await using client = await lab.https(API);
    client.send('GET / HTTP/1.1\r\nHost: other.example\r\n\r\n');
    await expectRefused(lab.gateway, await client.response(), { status: 421, code: 'name_mismatch' });
  });

  it('who is not identified is told at once', async () => {
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(API), { from: '127.9.0.1' });
    await expectRefused(lab.gateway, tunnel.answer, { status: 407, code: 'unidentified' });
    expect(tunnel.answer.field('proxy-authenticate')).toContain('cordon');
  });

  it('a client that does not speak TLS gets nothing, and both records are there', async () => {
    const from = '127.0.97.41';
    const before = lab.origin(API).connections.length;
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(API), { from });
    tunnel.connection.send('SSH-2.0-x\r\n');
    expect(await tunnel.connection.rest()).not.toContain('200');
    const { decision, outcome } = await recordedFrom(lab.gateway, from);
    expect([decision.decision, outcome.code]).toEqual(['deny', 'denied_by_rule']);
    expect(lab.origin(API).connections).toHaveLength(before);
  });

  it('a WebSocket handshake inside is answered too', async () => {
    const options = { ca: await lab.gateway.caPem(), ALPNProtocols: ['http/1.1'] };
    await using client = new RawConnection(await tlsThrough(lab.gateway.proxy, lab.authority(API), options));
    client.send(
      `GET /x HTTP/1.1\r\nHost: ${lab.authority(API)}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    const answer = await client.response();
    await expectRefused(lab.gateway, answer, { status: 403, code: 'denied_by_rule' });
    expect((await recordedExchange(lab.gateway, answer.field('cordon-exchange') ?? '')).decision.exchangeKind).toBe('upgrade');
  });
});
