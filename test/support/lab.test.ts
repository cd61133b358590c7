import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from './lab.ts';
import type { Echo } from './origin.ts';
import { openTunnel } from './tunnel-client.ts';

const RULES = [
  '{ id: germany, to: [api-de-lab-example, plain-de-lab-example, plain-de-lab-example-address], then: permit }',
  '{ id: america, to: [api-us-lab-example], then: permit }',
];

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: {
      'api.de.lab.example': { country: 'DE', tls: 'good' },
      'plain.de.lab.example': { country: 'DE' },
      'api.us.lab.example': { country: 'US', tls: 'good' },
    },
    rules: RULES,
  });
});
afterAll(async () => {
  // Absent when the start itself failed, which is then the error to show.
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

describe('startLab()', () => {
  it('puts the gateway between an agent and origins in countries', async () => {
    await using client = await lab.connect();
    client.send(
      `GET http://${lab.authority('plain.de.lab.example')}/a HTTP/1.1\r\nHost: ${lab.authority('plain.de.lab.example')}\r\n\r\n`,
    );
    const { status, content } = await client.response();
    expect(status).toBe(200);
    expect((JSON.parse(content.toString()) as Echo).target).toBe('/a');
    expect(lab.dns.queries.map(({ name }) => name)).toContain('plain.de.lab.example');
  });

  it('intercepts with the CA of the gateway, over HTTP/1.1 and HTTP/2', async () => {
    const host = lab.authority('api.de.lab.example');
    await using http1 = await lab.https('api.de.lab.example');
    http1.send(`GET /1 HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect((await http1.response()).status).toBe(200);
    await using http2 = await lab.http2('api.de.lab.example');
    expect((await http2.request({ ':path': '/2' })).status).toBe(200);
    expect(lab.origin('api.de.lab.example').requests.map(({ target }) => target)).toEqual(['/1', '/2']);
  });

  it('shows that a refused destination was never touched, and the record of it', async () => {
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority('api.us.lab.example'));
    expect([tunnel.answer.status, tunnel.answer.reason]).toEqual([403, 'outside_home']);
    expect(lab.origin('api.us.lab.example').connections).toEqual([]);
    const record = await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.code === 'outside_home');
    expect(record).toMatchObject({ subject: 'lab', method: 'CONNECT' });
  });

  it('reloads the policy', async () => {
    await lab.gateway.reload(lab.policy([]));
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority('api.de.lab.example'));
    expect(tunnel.answer.reason).toBe('no_rule');
    await lab.gateway.reload(lab.policy(RULES));
    await using again = await openTunnel(lab.gateway.proxy, lab.authority('api.de.lab.example'));
    expect(again.answer.status).toBe(200);
  });

  it('stops the gateway it started', async () => {
    await using other = await startLab({ origins: {}, rules: [] });
    expect(await other.gateway.stop()).toBe(0);
  });
});
