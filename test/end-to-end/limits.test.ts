import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LimitsAnswer } from '../../src/admin/contract.ts';
import { startLab, type Lab } from '../support/lab.ts';
import type { Script } from '../support/origin.ts';
import { BYTE_ECHO } from '../support/origin-scripts.ts';
import type { RawResponse } from '../support/raw-client.ts';
import { openTunnel } from '../support/tunnel-client.ts';
import { expectRefused, recordedFrom } from './attacks/refused.ts';
import { People } from './holding/people.ts';
import { ask } from './masking/ask.ts';

const API = 'api.de.lab.example';
const OTHER = 'other.de.lab.example';
const RAW = 'raw.de.lab.example';
const HELD = 'held.de.lab.example';

/** As many bytes as the path says, then silence where it asks for it. */
const sized: Script = ({ target, connection }) => {
  const length = Number(/\d+/.exec(target)?.[0] ?? 2);
  connection.socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n`);
  const isSlow = target.startsWith('/slow');
  connection.socket.write('x'.repeat(isSlow ? length - 1 : length));
};

const RULES = [
  '{ id: all, to: [api-de-lab-example, other-de-lab-example], then: permit }',
  '{ id: few, to: [api-de-lab-example], paths: ["/few"], limits: [{ requests: 2, every: 1h }] }',
  '{ id: by-session, to: [api-de-lab-example], paths: ["/session"], limits: [{ requests: 1, every: 1h, per: session }] }',
  '{ id: by-destination, to: [api-de-lab-example, other-de-lab-example], paths: ["/destination"], limits: [{ requests: 1, every: 1h, per: destination }] }',
  '{ id: by-rule, to: [api-de-lab-example, other-de-lab-example], paths: ["/rule"], limits: [{ requests: 1, every: 1h, per: rule }] }',
  '{ id: bytes, to: [api-de-lab-example], paths: ["/bytes/**"], limits: [{ bytes: 1KiB, every: 1h }] }',
  '{ id: slow, to: [api-de-lab-example], paths: ["/slow/**"], limits: [{ bytes: 1KiB, every: 1h }] }',
  '{ id: soon, to: [api-de-lab-example], paths: ["/soon"], limits: [{ requests: 1, every: 1s }] }',
  '{ id: raw, to: [raw-de-lab-example], inspect: false, tunnel: { protocol: any }, then: permit, limits: [{ requests: 2, every: 1h }, { bytes: 1KiB, every: 1h }] }',
  '{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s }, limits: [{ requests: 1, every: 1h }] }',
];

describe('limits', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({
      agents: [
        { id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.0.0/9'] }] },
        { id: 'second', home: 'eu', identify: [{ cidr: ['127.128.0.0/9'] }] },
      ],
      origins: {
        [API]: { country: 'DE', tls: 'good', handler: sized },
        [OTHER]: { country: 'DE', tls: 'good', handler: sized },
        [RAW]: { country: 'DE', handler: BYTE_ECHO },
        [HELD]: { country: 'DE', handler: sized },
      },
      rules: RULES,
    });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  async function get(target: string, more: { name?: string; from?: string; session?: string } = {}): Promise<RawResponse> {
    const { name = API, from, session } = more;
    const fields = session === undefined ? [] : [`Cordon-Session: ${session}`];
    await using client = await lab.https(name, { fields, ...(from !== undefined && { from }) });
    client.send(`GET ${target} HTTP/1.1\r\nHost: ${lab.authority(name)}\r\n\r\n`);
    return await client.response();
  }

  async function statuses(...asked: readonly Parameters<typeof get>[]): Promise<readonly number[]> {
    const all: number[] = [];
    for (const each of asked) all.push((await get(...each)).status);
    return all;
  }

  it('answer 429 once the requests of an agent are used up, and say when to come back', async () => {
    expect(await statuses(['/few'], ['/few'])).toEqual([200, 200]);
    const refused = await get('/few');
    const { decision } = await expectRefused(lab.gateway, refused, { status: 429, code: 'limit_exceeded' });
    expect(Number(refused.field('retry-after'))).toBeGreaterThan(3_500);
    expect(Number(refused.field('retry-after'))).toBeLessThanOrEqual(3_660);
    expect(decision.reason).toBe('The limit of rule few: 2 requests in 3600 s for each agent are used up');
    // Another agent, and what the rule does not match, are not concerned.
    expect(await statuses(['/few', { from: '127.128.0.1' }], ['/other'])).toEqual([200, 200]);
    expect(lab.origin(API).requests.filter(({ target }) => target === '/few')).toHaveLength(3);
  });

  it('count by session, destination and rule', async () => {
    expect(
      await statuses(['/session', { session: 'a' }], ['/session', { session: 'a' }], ['/session', { session: 'b' }]),
    ).toEqual([200, 429, 200]);
    expect(
      await statuses(['/destination'], ['/destination', { from: '127.128.0.1' }], ['/destination', { name: OTHER }]),
    ).toEqual([200, 429, 200]);
    expect(await statuses(['/rule'], ['/rule', { name: OTHER, from: '127.128.0.1' }])).toEqual([200, 429]);
  });

  it('are told to people, the fullest first', async () => {
    const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
    const { items } = (await lab.gateway.adminAsk('/v1/limits', { headers })).content as LimitsAnswer;
    const of = (name: string) => items.filter((item) => item.name === name);
    expect(of('few')).toEqual([
      {
        id: 'rule:few:requests:3600s:agent:lab',
        state: 'used-up',
        by: 'rule',
        name: 'few',
        per: 'agent',
        agent: 'lab',
        unit: 'requests',
        everySeconds: 3600,
        most: 2,
        used: 2,
        retryAfterSeconds: expect.any(Number) as number,
      },
      expect.objectContaining({ agent: 'second', state: 'open', used: 1, most: 2 }),
    ]);
    expect(of('by-session')).toEqual(
      Array.from({ length: 2 }, () => expect.objectContaining({ per: 'session', agent: 'lab', used: 1 }) as object),
    );
    expect(new Set(of('by-destination').map(({ destination }) => destination))).toEqual(
      new Set([lab.authority(API), lab.authority(OTHER)]),
    );
    expect(of('by-rule')).toMatchObject([{ per: 'rule', used: 1 }]);
    const shares = items.map(({ used, most }) => used / most);
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
  });

  it('let many requests at once through as often as they may', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => get('/few', { from: '127.128.0.9' })));
    // One of two was used above.
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('come back by themselves', async () => {
    expect(await statuses(['/soon'], ['/soon'])).toEqual([200, 429]);
    await expect.poll(async () => (await get('/soon')).status, { timeout: 5_000, interval: 300 }).toBe(200);
  });

  it('count bytes both ways, and refuse what begins beyond them', async () => {
    expect(await statuses(['/bytes/600'], ['/bytes/600'], ['/bytes/1'])).toEqual([200, 200, 429]);
  });

  it('cut what goes on beyond them', async () => {
    await using client = await lab.https(API);
    client.send(`GET /slow/2000 HTTP/1.1\r\nHost: ${lab.authority(API)}\r\n\r\n`);
    await client.rest();
    const outcome = await lab.gateway.waitForRecord(
      (record) => record.kind === 'outcome' && record.code === 'limit_exceeded' && record.status === 200,
    );
    expect(outcome).toMatchObject({ detail: expect.stringContaining('1024 bytes') as string });
  });

  it('hold for tunnels that nobody looks into', async () => {
    const from = '127.0.99.1';
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(RAW), { from });
    tunnel.connection.send('x'.repeat(600));
    await tunnel.connection.rest();
    expect((await recordedFrom(lab.gateway, from)).outcome).toMatchObject({ code: 'limit_exceeded', bytes: { sent: 600 } });
    await using again = await openTunnel(lab.gateway.proxy, lab.authority(RAW));
    expect(again.answer.status).toBe(429);
  });

  it('keep the pass of what people have agreed to', async () => {
    const people = await People.of(lab);
    const send = (n: number) => ask(lab, HELD, { content: `{"n":${n}}`, fields: ['Content-Type: application/json'] });
    const first = send(1);
    await people.decide(await people.next(), 'approve');
    expect((await first).status).toBe(200);
    const second = send(2);
    const pending = await people.next();
    await people.decide(pending, 'approve');
    expect((await second).status).toBe(429);
    expect((await people.all()).find(({ id }) => id === pending.id)?.state).toBe('approved');
    expect(lab.origin(HELD).requests).toHaveLength(1);
  });
});
