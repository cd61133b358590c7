import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutcomeEvent } from '../../../src/core/exchange/record.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, EMAIL, parrot, type Asked } from '../masking/ask.ts';
import { People } from './people.ts';
import { expectSpooled } from './spooled.ts';

// Content in every shape in which it can come, until it leaves as people have approved it.

const HELD = 'held.de.lab.example';
const TOKENS = 'tokens.de.lab.example';
const OPAQUE = 'opaque.de.lab.example';
const SECURE = 'secure.de.lab.example';
const MB = 1024 * 1024;
const JSON_TYPE = 'Content-Type: application/json';
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const APPROVAL = 'approval: { by: [privacy], wait: 20s, grant: { max: 1h } }';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    agents: [
      { id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.0.0/16'] }] },
      { id: 'other', home: 'eu', identify: [{ cidr: ['127.9.0.0/16'] }] },
    ],
    origins: {
      [HELD]: { country: 'DE', handler: parrot },
      [TOKENS]: { country: 'DE', handler: parrot },
      [OPAQUE]: { country: 'DE', handler: parrot },
      [SECURE]: { country: 'DE', tls: 'good', handler: parrot },
    },
    rules: [
      `{ id: held, to: [held-de-lab-example, secure-de-lab-example], then: hold, ${APPROVAL} }`,
      `{ id: tokens, to: [tokens-de-lab-example], then: hold, ${APPROVAL}, opaque: hold, mask: { request: { entities: [pii], as: token } } }`,
      `{ id: opaque, to: [opaque-de-lab-example], then: permit, ${APPROVAL}, opaque: hold, mask: { request: [pii] } }`,
    ],
    settings: { limits: { spool: '24MiB' } },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const lastOf = (name: string): Buffer => lab.origin(name).requests.at(-1)!.content;

/** All of these, held at once; what people are asked about each, once all of them are. */
async function hold(people: People, shapes: Readonly<Record<string, Asked>>) {
  const answers = Object.entries(shapes).map(([name, asked]) => ask(lab, HELD, { ...asked, target: `/${name}` }));
  const pending = async () => (await people.all()).filter(({ state }) => state === 'pending');
  await expect.poll(async () => (await pending()).length, { timeout: 5_000 }).toBe(answers.length);
  return { answers: Promise.all(answers), pending: await pending() };
}

const UNREADABLE: Readonly<Record<string, Asked>> = {
  'unknown-coding': { content: 'abc', fields: [JSON_TYPE, 'Content-Encoding: x-none'] },
  'no-gzip': { content: 'abc', fields: [JSON_TYPE, 'Content-Encoding: gzip'] },
  image: { content: PNG, fields: ['Content-Type: image/png'] },
};
const READABLE: Readonly<Record<string, Asked>> = {
  chunks: { content: '{"n":"chunks"}', fields: [JSON_TYPE], isChunked: true },
  'no-chunk': { content: '', fields: [JSON_TYPE], isChunked: true },
  gzip: { content: gzipSync('{"n":"gzip"}'), fields: [JSON_TYPE, 'Content-Encoding: gzip'] },
  large: { content: Buffer.alloc(2 * MB, 'a b '), fields: ['Content-Type: text/plain'] },
  none: { method: 'HEAD' },
};

describe('content of a request that is held', () => {
  it('leaves as it came, in whatever shape', async () => {
    const people = await People.of(lab);
    const shapes = { ...READABLE, ...UNREADABLE };
    const { answers, pending } = await hold(people, shapes);
    for (const asked of pending) await people.decide(asked, 'approve');
    expect((await answers).map(({ status }) => status)).toEqual(Object.keys(shapes).map(() => 200));
    const sent = new Map(lab.origin(HELD).requests.map(({ target, content }) => [target, content]));
    for (const [name, { content = '' }] of Object.entries(shapes)) {
      expect([name, sent.get(`/${name}`)?.equals(Buffer.from(content))]).toEqual([name, true]);
    }
    await expectSpooled(lab.gateway, 0);
  });

  it('is shown to nobody where it cannot be read, and no grant covers it', async () => {
    const people = await People.of(lab);
    const { answers, pending } = await hold(people, UNREADABLE);
    for (const asked of pending) {
      expect(asked.request).not.toHaveProperty('preview');
      expect(asked.request).not.toHaveProperty('findings');
      await people.decide(asked, 'approve', { grant: { for: 60_000 } });
    }
    expect((await answers).map(({ status }) => status)).toEqual([200, 200, 200]);
    const again = await hold(people, UNREADABLE);
    for (const asked of again.pending) await people.decide(asked, 'deny');
    expect((await again.answers).map(({ status }) => status)).toEqual([403, 403, 403]);
  });

  it('APPR-02 is refused beyond the limit, and nobody is asked', async () => {
    const people = await People.of(lab);
    const before = (await people.all()).length;
    const content = Buffer.alloc(10 * MB + 1, 'a');
    expect(await ask(lab, HELD, { content, fields: ['Content-Type: text/plain'] })).toMatchObject({
      status: 413,
      reason: 'content_too_large',
    });
    expect((await people.all()).length).toBe(before);
    await expectSpooled(lab.gateway, 0);
  });

  it('is refused to an agent that has filled its share of the spool, and held for another one', async () => {
    const people = await People.of(lab);
    const large = (letter: string, from: string): Asked => ({
      content: Buffer.alloc(7 * MB, letter),
      fields: ['Content-Type: text/plain'],
      from,
    });
    const [greedy, modest] = ['127.0.0.1', '127.9.0.1'];
    const first = ask(lab, HELD, large('a', greedy));
    const asked = await people.next();
    for (const letter of ['b', 'c'])
      expect(await ask(lab, HELD, large(letter, greedy))).toMatchObject({ status: 503, reason: 'overloaded' });
    // What was refused takes no room.
    await expectSpooled(lab.gateway, 1);

    const second = ask(lab, HELD, large('d', modest));
    await expectSpooled(lab.gateway, 2);
    await expect.poll(async () => (await people.next()).requester.subject).toBe('other');
    const ofOther = await people.next();
    expect(await ask(lab, HELD, large('e', modest))).toMatchObject({ status: 503, reason: 'overloaded' });
    await people.decide(ofOther, 'approve');
    expect((await second).status).toBe(200);
    expect(lastOf(HELD).equals(Buffer.alloc(7 * MB, 'd'))).toBe(true);

    await people.decide(asked, 'deny');
    expect((await first).status).toBe(403);
    await expectSpooled(lab.gateway, 0);
    // There is room again for the one that had none.
    const again = ask(lab, HELD, large('b', greedy));
    await people.decide(await people.next(), 'approve');
    expect((await again).status).toBe(200);
    await expectSpooled(lab.gateway, 0);
  });

  it('is asked for with 100 (Continue)', async () => {
    const people = await People.of(lab);
    await using client = await lab.connect();
    const authority = lab.authority(HELD);
    client.send(
      `POST http://${authority}/x HTTP/1.1\r\nHost: ${authority}\r\n${JSON_TYPE}\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n`,
    );
    await client.until('100 Continue\r\n\r\n');
    client.send('{}');
    await people.decide(await people.next(), 'approve');
    expect((await client.response('POST')).status).toBe(200);
  });

  it('leaves with tokens, which the agent gets back as what it sent', async () => {
    const people = await People.of(lab);
    const answer = ask(lab, TOKENS, { content: `{"to":"${EMAIL}"}`, fields: [JSON_TYPE] });
    const asked = await people.next();
    expect(asked.request).toMatchObject({ preview: '{"to":"REDACTED_EMAIL"}', findings: { email: 1 } });
    await people.decide(asked, 'approve');
    expect((await answer).content.toString()).toBe(`{"to":"${EMAIL}"}`);
    expect(lastOf(TOKENS).toString()).not.toContain(EMAIL);
    await expectSpooled(lab.gateway, 0);
  });

  it.each([TOKENS, OPAQUE])('that cannot be masked leaves %s when people have agreed to just that', async (name) => {
    const people = await People.of(lab);
    const answer = ask(lab, name, { content: PNG, fields: ['Content-Type: image/png'] });
    await people.decide(await people.next(), 'approve');
    expect((await answer).status).toBe(200);
    expect(lastOf(name).equals(PNG)).toBe(true);
    // What can be masked is, without asking anybody where the rule does not hold.
    if (name === TOKENS) return;
    expect((await ask(lab, name, { content: EMAIL, fields: ['Content-Type: text/plain'] })).status).toBe(200);
    expect(lastOf(name).toString()).toBe('REDACTED_EMAIL');
  });

  it('is held in each stream of HTTP/2 by itself', async () => {
    const people = await People.of(lab);
    await using client = await lab.http2(SECURE);
    const fields = { ':method': 'POST', ':path': '/h2', 'content-type': 'application/json' };
    const reset = client.session.request({ ...fields, ':authority': lab.authority(SECURE) });
    reset.on('error', () => {}).end('{"n":"reset"}');
    const given = await people.next();
    await expectSpooled(lab.gateway, 1);
    reset.close(8);
    await expectSpooled(lab.gateway, 0);
    await people.decide(given, 'approve');
    const answer = client.request(fields, '{"n":"stays"}');
    await people.decide(await people.next(), 'approve');
    expect((await answer).status).toBe(200);
    expect(lab.origin(SECURE).requests.map(({ content }) => content.toString())).toEqual(['{"n":"stays"}']);
    const outcomes = (await lab.gateway.records()).filter((record) => record.kind === 'outcome' && record.code === 'held');
    expect((outcomes.at(-1) as OutcomeEvent).status).toBeUndefined();
  });

  it('has one outcome for every exchange', async () => {
    const outcomes = async (): Promise<number[]> => {
      const counts = new Map<string, number>();
      for (const record of await lab.gateway.records()) {
        if (record.kind === 'outcome') counts.set(record.exchange, (counts.get(record.exchange) ?? 0) + 1);
        if (record.kind === 'decision') counts.set(record.exchange, counts.get(record.exchange) ?? 0);
      }
      return [...counts.values()];
    };
    // The last answers may be on their way to the record.
    await expect.poll(async () => new Set(await outcomes())).toEqual(new Set([1]));
    expect((await outcomes()).length).toBeGreaterThan(20);
  });
});
