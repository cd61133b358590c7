import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionEvent } from '../../../src/core/exchange/record.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, EMAIL, fieldOf, parrot, type Asked } from '../masking/ask.ts';
import { People } from './people.ts';

const HELD = 'held.de.lab.example';
const GRANTED = 'granted.de.lab.example';
const TWO = 'two.de.lab.example';
const SHORT = 'short.de.lab.example';
const MOVED = 'moved.de.lab.example';
/** Under the same rule as another one. */
const SIBLING = 'sibling.de.lab.example';
const id = (name: string): string => name.replaceAll('.', '-');
/** Where another agent is at home. */
const OTHER_AGENT = '127.9.0.1';
const JSON_TYPE = 'Content-Type: application/json';
const MASK = 'mask: { request: { entities: [pii], as: redact } }';

let lab: Lab;

beforeAll(async () => {
  const origin = { country: 'DE', handler: parrot } as const;
  lab = await startLab({
    agents: [
      { id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.0.0/16'] }] },
      { id: 'other', home: 'eu', identify: [{ cidr: ['127.9.0.0/16'] }] },
    ],
    origins: { [HELD]: origin, [GRANTED]: origin, [TWO]: origin, [SHORT]: origin, [MOVED]: origin, [SIBLING]: origin },
    rules: [
      `{ id: held, to: [${id(HELD)}], then: hold, approval: { by: [privacy], wait: 20s }, ${MASK} }`,
      `{ id: granted, to: [${id(GRANTED)}, ${id(SIBLING)}], paths: ["/v1/**"], then: hold, approval: { by: [privacy], wait: 20s, grant: { max: 1h } }, ${MASK} }`,
      `{ id: two-a, to: [${id(TWO)}], then: hold, approval: { by: [privacy], wait: 20s } }`,
      `{ id: two-b, to: [${id(TWO)}], then: hold, approval: { by: [finance], wait: 20s, reason: required } }`,
      `{ id: moved, to: [${id(MOVED)}], then: hold, approval: { by: [privacy], wait: 20s } }`,
      `{ id: short, to: [${id(SHORT)}], then: hold, approval: { by: [privacy], wait: 300ms, expires: 2s } }`,
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

function requestsAt(name: string): number {
  return lab.origin(name).requests.length;
}

async function decisionsOf(exchange: string): Promise<readonly DecisionEvent[]> {
  const records = await lab.gateway.records();
  return records.filter((record) => record.kind === 'decision').filter((record) => record.exchange === exchange);
}

describe('a request that is held', () => {
  it('APPR-14 leaves as it was approved, once, and masked; people see nothing that is not', async () => {
    const people = await People.of(lab);
    const before = requestsAt(HELD);
    const answer = ask(lab, HELD, { content: `{"to":"${EMAIL}"}`, fields: [JSON_TYPE, `Cordon-Reason: for ${EMAIL}`] });
    const asked = await people.next();
    expect(asked).toMatchObject({
      requester: { subject: 'lab', reason: 'for REDACTED_EMAIL' },
      request: { method: 'POST', mediaType: 'application/json', preview: '{"to":"REDACTED_EMAIL"}', findings: { email: 1 } },
      rules: [{ rule: 'held', by: ['privacy'], quorum: 1 }],
    });
    expect(asked.request).not.toHaveProperty('previewCut');
    expect(requestsAt(HELD)).toBe(before);
    expect(await people.decide(asked, 'approve')).toMatchObject({ kind: 'decided', approval: { state: 'approved' } });
    expect((await answer).status).toBe(200);
    const sent = lab.origin(HELD).requests.at(-1);
    expect(sent?.content.toString()).toBe('{"to":"REDACTED_EMAIL"}');
    expect(fieldOf(sent!, 'cordon-reason')).toBeUndefined();
    expect((await people.all()).find((each) => each.id === asked.id)?.state).toBe('passed');
    const permit = await lab.gateway.waitForRecord(
      (record) => record.kind === 'decision' && record.decision === 'permit' && record.approval === asked.id,
    );
    const [hold] = await decisionsOf((permit as DecisionEvent).exchange);
    expect(hold).toMatchObject({ decision: 'hold', approval: asked.id, rules: ['held'] });
  });

  it('is denied by one person, and stays denied for the same request', async () => {
    const people = await People.of(lab);
    const before = requestsAt(HELD);
    const answer = ask(lab, HELD, { content: '{"n":"denied"}', fields: [JSON_TYPE] });
    const asked = await people.next();
    await people.decide(asked, 'deny');
    expect(await answer).toMatchObject({ status: 403, reason: 'approval_denied' });
    expect(await ask(lab, HELD, { content: '{"n":"denied"}', fields: [JSON_TYPE] })).toMatchObject({
      reason: 'approval_denied',
    });
    expect(requestsAt(HELD)).toBe(before);
  });

  it('APPR-01 and APPR-04 is another one when its content is: nothing goes on the word for the first', async () => {
    const people = await People.of(lab);
    const first = ask(lab, HELD, { content: '{"n":"one"}', fields: [JSON_TYPE, 'Cordon-Prefer: respond-async'] });
    expect(await first).toMatchObject({ status: 503, reason: 'held' });
    await people.decide(await people.next(), 'approve');
    const other = await ask(lab, HELD, { content: '{"n":"two"}', fields: [JSON_TYPE, 'Cordon-Prefer: respond-async'] });
    expect(other).toMatchObject({ status: 503, reason: 'held' });
    const again = await ask(lab, HELD, { content: '{"n":"one"}', fields: [JSON_TYPE, 'Cordon-Prefer: respond-async'] });
    expect(again.status).toBe(200);
    await people.decide(await people.next(), 'deny');
  });

  it('APPR-02 is approved to its last byte, however little of it is shown', async () => {
    const people = await People.of(lab);
    const content = (last: string) => JSON.stringify({ text: 'x '.repeat(2_500_000), last });
    const send = (last: string) =>
      ask(lab, HELD, { content: content(last), fields: [JSON_TYPE, 'Cordon-Prefer: respond-async'] });
    expect((await send('a')).status).toBe(503);
    const asked = await people.next();
    expect(asked.request.preview?.length).toBe(8192);
    expect(asked.request).toMatchObject({ previewCut: true, size: content('a').length });
    await people.decide(asked, 'approve');
    expect((await send('b')).status).toBe(503);
    expect((await send('a')).status).toBe(200);
    expect(lab.origin(HELD).requests.at(-1)?.content.toString()).toBe(content('a'));
    await people.decide(await people.next(), 'deny');
    const more = await ask(lab, HELD, { content: Buffer.alloc(11 * 1024 * 1024, 0x61), fields: ['Content-Type: text/plain'] });
    expect([more.status, more.reason]).toEqual([413, 'content_too_large']);
  });

  it('DNS-15 is not sent where its name points to another place when it is released', async () => {
    const people = await People.of(lab);
    const { address } = lab.origin(MOVED);
    const before = requestsAt(MOVED);
    lab.dns.script(MOVED, { addresses: [address], ttl: 0 });
    const authority = lab.authority(MOVED);
    await using client = await lab.connect();
    client.send(`GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    const asked = await people.next();
    lab.dns.script(MOVED, { addresses: ['127.0.20.99'], ttl: 0 });
    // Answers are used for five seconds at least.
    await pause(5500);
    await people.decide(asked, 'approve');
    const { status, reason } = await client.response('GET', 10_000);
    expect(status).toBe(403);
    expect(['approval_stale', 'outside_home', 'no_rule', 'private_address']).toContain(reason);
    expect(requestsAt(MOVED)).toBe(before);
  });

  it('APPR-03 passes once: the same request again is asked anew', async () => {
    const people = await People.of(lab);
    const request = { content: '{"n":"replay"}', fields: [JSON_TYPE, 'Cordon-Prefer: respond-async'] };
    expect((await ask(lab, HELD, request)).status).toBe(503);
    const asked = await people.next();
    await people.decide(asked, 'approve');
    // Nobody else has it: the very same request of another agent is another one.
    expect(await ask(lab, HELD, { ...request, from: OTHER_AGENT })).toMatchObject({ status: 503, reason: 'held' });
    const ofOther = await people.next();
    expect(ofOther.requester.subject).toBe('other');
    await people.decide(ofOther, 'deny');
    expect((await ask(lab, HELD, request)).status).toBe(200);
    expect(await ask(lab, HELD, request)).toMatchObject({ status: 503, reason: 'held' });
    const anew = await people.next();
    expect(anew.id).not.toBe(asked.id);
    await people.decide(anew, 'deny');
  });

  it('lets one of several that are the same pass', async () => {
    const people = await People.of(lab);
    const before = requestsAt(HELD);
    const request = { content: '{"n":"twins"}', fields: [JSON_TYPE] };
    const answers = [ask(lab, HELD, request), ask(lab, HELD, request), ask(lab, HELD, request)];
    const asked = await people.next();
    await people.decide(asked, 'approve');
    const anew = await people.next();
    expect(anew.id).not.toBe(asked.id);
    expect(anew.request).toEqual(asked.request);
    // The one that passes may still be on its way there.
    await expect.poll(() => requestsAt(HELD)).toBe(before + 1);
    await people.decide(anew, 'deny');
    expect((await Promise.all(answers)).map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 403, 403]);
    expect(requestsAt(HELD)).toBe(before + 1);
  });

  it('APPR-08 sends nothing when its client is gone; the approval waits for it to ask again', async () => {
    const people = await People.of(lab);
    const before = requestsAt(HELD);
    const authority = lab.authority(HELD);
    const head = `POST http://${authority}/gone HTTP/1.1\r\nHost: ${authority}\r\n${JSON_TYPE}\r\nContent-Length: 2`;
    const client = await lab.connect();
    client.send(`${head}\r\n\r\n{}`);
    const asked = await people.next();
    const hold = await lab.gateway.waitForRecord((record) => record.kind === 'decision' && record.approval === asked.id);
    client.socket.destroy();
    const { exchange } = hold as DecisionEvent;
    await lab.gateway.waitForRecord((record) => record.kind === 'outcome' && record.exchange === exchange);
    await people.decide(asked, 'approve');
    expect(requestsAt(HELD)).toBe(before);
    const again = await lab.connect();
    again.send(`${head}\r\n\r\n{}`);
    expect((await again.response('POST')).status).toBe(200);
    expect(requestsAt(HELD)).toBe(before + 1);
  });

  it('APPR-07 is answered after its wait with where to look, and expires with a reason', async () => {
    const people = await People.of(lab);
    const held = await ask(lab, SHORT, { content: '{}', fields: [JSON_TYPE] });
    const asked = await people.next();
    expect(held).toMatchObject({ status: 503, reason: 'held' });
    const fields = Object.fromEntries(held.fields.map(([name, value]) => [name.toLowerCase(), value]));
    expect(fields).toMatchObject({
      'retry-after': '10',
      link: `<http://cordon.internal/approvals/${asked.id}>; rel="status"`,
    });
    expect(JSON.parse(held.content.toString())).toMatchObject({ code: 'held', approval: asked.id, rule: 'short' });
    expect((await people.next('expired')).id).toBe(asked.id);
    expect(await people.decide(asked, 'approve')).toMatchObject({ kind: 'refused', refusal: { kind: 'settled' } });
  });

  it('tells its own agent how it stands, as soon as that changes, and nobody else', async () => {
    const people = await People.of(lab);
    const own = async (path: string, from?: string) => {
      await using client = await lab.connect(from);
      const at = new URL(path, 'http://cordon.internal/approvals/').href;
      client.send(`GET ${at} HTTP/1.1\r\nHost: cordon.internal\r\n\r\n`);
      const { status, content } = await client.response('GET', 15_000);
      return { status, text: content.toString() };
    };
    await ask(lab, HELD, { content: '{"n":"poll"}', fields: [JSON_TYPE, 'Cordon-Prefer: respond-async'] });
    const asked = await people.next();
    expect(JSON.parse((await own(asked.id)).text)).toMatchObject({
      id: asked.id,
      state: 'pending',
      rules: ['held'],
      decisions: [],
    });
    const polled = own(`${asked.id}?wait=10s`);
    await people.decide(asked, 'deny');
    const { text } = await polled;
    expect(JSON.parse(text)).toMatchObject({ state: 'denied', decisions: [{ decision: 'deny', reason: 'looked at it' }] });
    expect(text).not.toContain('paul');
    expect((await own('00000000-0000-7000-8000-000000000000')).status).toBe(404);
    expect((await own(`${asked.id}?wait=soon`)).status).toBe(400);
    expect((await own(asked.id, OTHER_AGENT)).status).toBe(404);
    const explained = await own(`../explain?method=GET&url=${encodeURIComponent(`http://${lab.authority(HELD)}/x`)}`);
    expect(JSON.parse(explained.text)).toMatchObject({ decision: 'hold', rules: ['held'] });
  });

  it('needs every rule to be satisfied, and a reason where one of them asks for it', async () => {
    const people = await People.of(lab);
    expect(await ask(lab, TWO, { content: '{}', fields: [JSON_TYPE] })).toMatchObject({
      status: 403,
      reason: 'reason_required',
    });
    const answer = ask(lab, TWO, { content: '{}', fields: [JSON_TYPE, 'Cordon-Reason: audit'] });
    const asked = await people.next();
    expect(asked.rules.map(({ rule }) => rule)).toEqual(['two-a', 'two-b']);
    expect(await people.decide(asked, 'approve')).toMatchObject({ approval: { state: 'pending' } });
    const finance = { person: 'fritz@acme.example', groups: ['finance'] };
    expect(await people.decide(asked, 'approve', { approver: finance })).toMatchObject({ approval: { state: 'approved' } });
    expect((await answer).status).toBe(200);
  });

  it('APPR-10 leaves without asking under a grant, as far as that covers, until it is revoked', async () => {
    const people = await People.of(lab);
    const on = (path: string, content: string, { name = GRANTED, ...other }: Asked & { readonly name?: string } = {}) =>
      ask(lab, name, { target: path, content, fields: [JSON_TYPE, 'Cordon-Prefer: respond-async'], ...other });
    expect((await on('/v1/a', '{"n":1}')).status).toBe(503);
    await people.decide(await people.next(), 'approve', { grant: { for: 60_000 } });
    expect((await on('/v1/a', '{"n":1}')).status).toBe(200);
    expect((await on('/v1/b', '{"n":2}')).status).toBe(200);
    // Another method, another host and another agent, each under the same rule.
    for (const other of [{ method: 'PUT' }, { name: SIBLING }, { from: OTHER_AGENT }]) {
      expect([other, (await on('/v1/b', '{"n":2}', other)).status]).toEqual([other, 503]);
      await people.decide(await people.next(), 'deny');
    }
    // A kind of entity that nobody was shown.
    expect((await on('/v1/b', `{"n":"${EMAIL}"}`)).status).toBe(503);
    await people.decide(await people.next(), 'deny');
    expect((await on('/v2/b', '{"n":2}')).status).toBe(403);
    await people.revokeGrants();
    expect((await on('/v1/b', '{"n":3}')).status).toBe(503);
    await people.decide(await people.next(), 'deny');
  });

  it('can be asked about in advance, for a time', async () => {
    const people = await People.of(lab);
    const order = async (members: object) => {
      const content = JSON.stringify(members);
      await using client = await lab.connect();
      client.send(
        `POST http://cordon.internal/grants HTTP/1.1\r\nHost: cordon.internal\r\n${JSON_TYPE}\r\nContent-Length: ${content.length}\r\n\r\n${content}`,
      );
      const answer = await client.response('POST');
      return { status: answer.status, content: JSON.parse(answer.content.toString()) as Record<string, string> };
    };
    const url = `http://${lab.authority(GRANTED)}/v1/advance`;
    const wanted = { rule: 'granted', for: '2h', reason: 'nightly run', method: 'POST', url };
    for (const wrong of [
      { rule: 'held' },
      { for: 'long' },
      { reason: ' ' },
      { url: 'nowhere' },
      { method: 'A B' },
      { url: url.replace('http', 'ws') },
      { fields: 'x' },
      { fields: { 'a b': 'c' } },
      { fields: { a: 'b\r\nc: d' } },
    ])
      expect([wrong, (await order({ ...wanted, ...wrong })).status]).toEqual([wrong, 400]);
    expect((await order({ ...wanted, url: `http://${lab.authority(GRANTED)}/other` })).content['code']).toBe('no_rule');
    const { status, content } = await order(wanted);
    expect(status).toBe(202);
    const asked = await people.next();
    expect(content['approval']).toBe(asked.id);
    expect(asked).toMatchObject({ requester: { reason: 'Asks in advance for 2h: nightly run' }, rules: [{ rule: 'granted' }] });
    await people.decide(asked, 'approve', { grant: { for: 60_000 } });
    const sent = await ask(lab, GRANTED, {
      target: '/v1/advance',
      content: '{"n":1}',
      fields: [JSON_TYPE, 'Cordon-Prefer: respond-async'],
    });
    expect(sent.status).toBe(200);
    await people.revokeGrants();
  });

  it('APPR-11 is judged again when it is released', async () => {
    const people = await People.of(lab);
    const before = requestsAt(HELD);
    const answer = ask(lab, HELD, { content: '{"n":"reload"}', fields: [JSON_TYPE] });
    const asked = await people.next();
    const rules = (extra: string): readonly string[] => [
      `{ id: held, to: [${id(HELD)}], then: hold, approval: { by: [privacy], wait: 20s }${extra} }`,
    ];
    await lab.gateway.reload(lab.policy(rules('')));
    await people.decide(asked, 'approve');
    expect(await answer).toMatchObject({ status: 403, reason: 'approval_stale' });
    expect(requestsAt(HELD)).toBe(before);
    expect((await people.all()).find((each) => each.id === asked.id)?.state).toBe('stale');
  });

  it('APPR-05 does not leave on the word of who has become an owner of its agent meanwhile', async () => {
    const people = await People.of(lab);
    const before = requestsAt(HELD);
    const answer = ask(lab, HELD, { content: '{"n":"owner"}', fields: [JSON_TYPE] });
    const asked = await people.next();
    const policy = lab.policy([`{ id: held, to: [${id(HELD)}], then: hold, approval: { by: [privacy], wait: 20s } }`]);
    const owned = policy['lab.yaml']!.replace('id: lab\n', 'id: lab\n    owners: [paul@acme.example]\n');
    await lab.gateway.reload({ ...policy, 'lab.yaml': owned });
    await people.decide(asked, 'approve');
    expect(await answer).toMatchObject({ status: 403, reason: 'approval_stale' });
    expect(requestsAt(HELD)).toBe(before);
  });

  it('APPR-11 does not leave where its place is forbidden before it is released', async () => {
    const people = await People.of(lab);
    const before = requestsAt(HELD);
    const answer = ask(lab, HELD, { content: '{"n":"place"}', fields: [JSON_TYPE] });
    const asked = await people.next();
    await lab.gateway.reload(
      lab.policy([
        `{ id: held, to: [${id(HELD)}], then: hold, approval: { by: [privacy], wait: 20s } }`,
        `{ id: not-there, to: { hosts: [${HELD}], places: [DE], ports: [${lab.authority(HELD).split(':')[1]}] }, then: deny }`,
      ]),
    );
    await people.decide(asked, 'approve', { approver: { person: 'pia@acme.example' } });
    expect(await answer).toMatchObject({ status: 403, reason: 'denied_by_rule' });
    expect(requestsAt(HELD)).toBe(before);
  });
});
