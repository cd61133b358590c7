import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApprovalAnswer, ApprovalsAnswer, GrantsAnswer } from '../../../src/admin/contract/approvals.ts';
import type { MeAnswer } from '../../../src/admin/contract/people.ts';
import { mintPersonToken } from '../../../src/identity/people/person-token.ts';
import { createPersonTokenRepository } from '../../../src/store/people/person-token-repository.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import { MACHINE_CLOCK, MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, EMAIL, parrot } from '../masking/ask.ts';

const HELD = 'held.de.lab.example';
const STRICT = 'strict.de.lab.example';
const JSON_TYPE = 'Content-Type: application/json';
const ASYNC = 'Cordon-Prefer: respond-async';

let lab: Lab;
let paul: string;

beforeAll(async () => {
  lab = await startLab({
    origins: { [HELD]: { country: 'DE', handler: parrot }, [STRICT]: { country: 'DE', handler: parrot } },
    agents: [
      { id: 'lab', home: 'eu', owners: ['olga@acme.example'], identify: [{ cidr: ['127.0.0.0/8'] }] },
      { id: 'bot', home: 'eu', identify: [{ token: true }] },
    ],
    rules: [
      `{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s, grant: { max: 1h } }, mask: { request: { entities: [pii], as: redact } } }`,
      '{ id: strict, to: [strict-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s, step-up: true } }',
    ],
  });
  paul = await token('paul@acme.example', 'approver', ['privacy']);
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

async function token(person: string, role: string, groups: readonly string[], places: readonly string[] = []): Promise<string> {
  return mint(await lab.gateway.adminToken(), { person, role, groups, places });
}

async function mint(by: string, order: object): Promise<string> {
  const { status, content } = await api('/v1/tokens', by, { groups: [], places: [], ...order });
  expect(status).toBe(201);
  return (content as { token: string }).token;
}

/** A token of an approver that was made so many milliseconds ago. */
async function oldToken(age: number): Promise<string> {
  const opened = await openSqlite({ file: join(lab.gateway.directory, 'data/cordon.db'), clock: MACHINE_CLOCK });
  if (!opened.ok) throw new Error(opened.failure.detail);
  await using database = { ...opened.value, [Symbol.asyncDispose]: () => opened.value.close() };
  const then = new ManualClock(new Date(Date.now() - age).toISOString());
  const assignment = { role: 'approver', groups: ['privacy'], places: [] } as const;
  const order = { person: 'paul@acme.example', assignment, mintedBy: 'local:root', ttl: 3_600_000, once: false };
  const { text, token: made, secretHash } = mintPersonToken(order, MACHINE_RANDOM, then);
  expect(await createPersonTokenRepository(database.db).insert(made, secretHash)).toMatchObject({ ok: true });
  return text;
}

async function api(
  path: string,
  credential: string,
  json?: unknown,
  method?: string,
): Promise<{ readonly status: number; readonly content: unknown }> {
  const { address, port } = lab.gateway.admin;
  const answer = await fetch(`http://${address}:${port}${path}`, {
    method: method ?? (json === undefined ? 'GET' : 'POST'),
    headers: { authorization: `Bearer ${credential}`, ...(json !== undefined && { 'content-type': 'application/json' }) },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const text = await answer.text();
  return { status: answer.status, content: text === '' ? undefined : JSON.parse(text) };
}

/** Has a request held, and gives what people are asked. */
async function held(content: string): Promise<ApprovalAnswer> {
  expect((await ask(lab, HELD, { content, fields: [JSON_TYPE, ASYNC] })).status).toBe(503);
  const listed = await api('/v1/approvals?state=pending&limit=1', paul);
  const [newest] = (listed.content as ApprovalsAnswer).items;
  return (await api(`/v1/approvals/${newest!.id}`, paul)).content as ApprovalAnswer;
}

const YES = { decision: 'approve', reason: 'a customer waits' };

describe('the approvals of the admin API', () => {
  it('show a held request masked, and let it go on the word of an approver', async () => {
    const waiting = ask(lab, HELD, { content: `{"to":"${EMAIL}"}`, fields: [JSON_TYPE] });
    await expect
      .poll(async () => ((await api('/v1/approvals?state=pending', paul)).content as ApprovalsAnswer).items.length)
      .toBe(1);
    const [pending] = ((await api('/v1/approvals?state=pending', paul)).content as ApprovalsAnswer).items;
    const { id } = pending!;
    const shown = (await api(`/v1/approvals/${id}`, paul)).content as ApprovalAnswer;
    expect(shown).toMatchObject({
      state: 'pending',
      agent: 'lab',
      home: 'eu',
      owners: ['olga@acme.example'],
      preview: '{"to":"REDACTED_EMAIL"}',
      findings: { email: 1 },
      rules: [{ rule: 'held', by: ['privacy'], quorum: 1, approvals: 0, stepUp: false }],
      offers: [{ rule: 'held', max: 3_600_000, covers: { method: 'POST', entities: ['email'] } }],
    });
    expect(shown).not.toHaveProperty('mayNot');
    expect(JSON.stringify(shown)).not.toContain(EMAIL);
    const decided = await api(`/v1/approvals/${id}/decision`, paul, YES);
    expect(decided).toMatchObject({
      status: 200,
      content: { state: 'approved', decisions: [{ person: 'paul@acme.example', ...YES }] },
    });
    expect((await waiting).status).toBe(200);
    const record = await lab.gateway.waitForRecord((each) => each.kind === 'admin' && each.action === 'approval.approved');
    expect(record).toMatchObject({
      actor: 'paul@acme.example',
      role: 'approver',
      subject: `approval:${id}`,
      details: { agent: 'lab', rules: ['held'], reason: 'a customer waits' },
    });
    expect((await api(`/v1/approvals/${id}/decision`, paul, YES)).status).toBe(409);
  });

  it('APPR-05 refuses owners, other roles, other groups, other places, and says why', async () => {
    const { id } = await held('{"n":"scope"}');
    const decide = async (credential: string) => api(`/v1/approvals/${id}/decision`, credential, YES);
    const owner = await token('olga@acme.example', 'approver', ['privacy']);
    expect(await decide(owner)).toMatchObject({
      status: 403,
      content: { detail: expect.stringContaining('requesters') as string },
    });
    expect((await api(`/v1/approvals/${id}`, owner)).content).toHaveProperty('mayNot');
    expect((await decide(await token('vera@acme.example', 'viewer', []))).status).toBe(403);
    expect((await decide(await lab.gateway.adminToken())).status).toBe(403);
    // What is out of scope does not exist.
    expect((await decide(await token('fritz@acme.example', 'approver', ['finance']))).status).toBe(404);
    expect((await decide(await token('uma@acme.example', 'approver', ['privacy'], ['us']))).status).toBe(404);
    expect(
      (
        (await api('/v1/approvals', await token('uma@acme.example', 'approver', ['privacy'], ['us'])))
          .content as ApprovalsAnswer
      ).items,
    ).toEqual([]);
    expect((await api(`/v1/approvals/${id}/decision`, paul, { decision: 'deny', reason: ' ' })).status).toBe(422);
    expect((await api(`/v1/approvals/${id}/decision`, paul, { decision: 'deny', reason: 'no' })).status).toBe(200);
    expect((await api(`/v1/approvals/${id}/decision`, 'cdp_forged')).status).toBe(404);
  });

  it('APPR-05 are out of reach of an agent: with its own token, and through the proxy with the token of an approver', async () => {
    const { id } = await held('{"n":"own"}');
    const path = `/v1/approvals/${id}/decision`;
    const own = await mint(await lab.gateway.adminToken(), { agent: 'bot' });
    for (const [asked, json] of [[path, YES], ['/v1/approvals'], ['/v1/me']] as const) {
      expect([asked, (await api(asked, own, json)).status]).toEqual([asked, 401]);
    }
    const { address, port } = lab.gateway.admin;
    for (const [authority, refused] of [
      [`${address}:${port}`, 403],
      [`localhost:${port}`, 403],
      ['cordon.internal', 405],
    ] as const) {
      await using client = await lab.connect();
      const content = JSON.stringify(YES);
      const fields = [`Host: ${authority}`, `Authorization: Bearer ${paul}`, JSON_TYPE, `Content-Length: ${content.length}`];
      client.send(`POST http://${authority}${path} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n${content}`);
      expect([authority, (await client.response('POST')).status]).toEqual([authority, refused]);
    }
    expect((await api(`/v1/approvals/${id}`, paul)).content).toMatchObject({ state: 'pending', decisions: [] });
    expect((await api(path, paul, { decision: 'deny', reason: 'no' })).status).toBe(200);
  });

  it('APPR-05 refuses whom an owner vouches for, through however many others', async () => {
    const { id } = await held('{"n":"chain"}');
    let minter = await token('olga@acme.example', 'admin', []);
    for (const person of ['first@acme.example', 'second@acme.example']) minter = await mint(minter, { person, role: 'admin' });
    const last = await mint(minter, { person: 'last@acme.example', role: 'approver', groups: ['privacy'] });
    expect((await api(`/v1/approvals/${id}`, last)).content).toHaveProperty('mayNot');
    expect(await api(`/v1/approvals/${id}/decision`, last, YES)).toMatchObject({ status: 403 });
    expect((await api(`/v1/approvals/${id}/decision`, paul, { decision: 'deny', reason: 'no' })).status).toBe(200);
  });

  it('with step-up take a token that was just made, and neither an old one nor a session that it opens', async () => {
    expect((await ask(lab, STRICT, { content: '{"n":"strict"}', fields: [JSON_TYPE, ASYNC] })).status).toBe(503);
    const { id } = ((await api('/v1/approvals?state=pending&limit=1', paul)).content as ApprovalsAnswer).items[0]!;
    const decision = `/v1/approvals/${id}/decision`;
    const old = await oldToken(6 * 60_000);
    const why = /within five minutes before, through your identity provider or with a token that was made in them/;
    const refused = { status: 403, content: { detail: expect.stringMatching(why) as string } };
    expect((await api(`/v1/approvals/${id}`, old)).content).toMatchObject({ mayNot: expect.stringMatching(why) as string });
    expect(await api(decision, old, YES)).toMatchObject(refused);
    const bySession = async (credential: string) => {
      const { content, headers } = await lab.gateway.adminAsk('/v1/sign-in', { json: { token: credential } });
      const { csrf } = (content as MeAnswer).session!;
      const cookie = headers['set-cookie']![0]!.split(';')[0]!;
      return lab.gateway.adminAsk(decision, { json: YES, headers: { cookie, 'cordon-csrf': csrf } });
    };
    expect(await bySession(old)).toMatchObject(refused);
    expect(await bySession(await token('paul@acme.example', 'approver', ['privacy']))).toMatchObject({ status: 200 });
    expect((await ask(lab, STRICT, { content: '{"n":"strict"}', fields: [JSON_TYPE, ASYNC] })).status).toBe(200);
  });

  it('give a grant, list it and revoke it', async () => {
    const { id } = await held('{"n":"grant"}');
    const given = await api(`/v1/approvals/${id}/decision`, paul, { ...YES, grant: { for: '9h' } });
    expect(given.status).toBe(200);
    const { items } = (await api('/v1/grants?state=active', paul)).content as GrantsAnswer;
    expect(items).toMatchObject([
      { approval: id, by: ['paul@acme.example'], covers: { rule: 'held', method: 'POST', entities: [] } },
    ]);
    const [{ id: grant, createdAt, endsAt }] = items as [GrantsAnswer['items'][number]];
    // The rule allows an hour.
    expect(Date.parse(endsAt) - Date.parse(createdAt)).toBe(3_600_000);
    expect((await ask(lab, HELD, { content: '{"n":"other"}', fields: [JSON_TYPE, ASYNC] })).status).toBe(200);
    // What is out of scope does not exist, whether by place or by group.
    for (const [groups, places] of [[['finance']], [['privacy'], ['us']], [[], ['us']]] as const) {
      const other = await token('fritz@acme.example', 'approver', groups, places);
      expect((await api('/v1/grants', other)).content).toEqual({ items: [] });
      expect((await api(`/v1/grants/${grant}`, other, undefined, 'DELETE')).status).toBe(404);
    }
    expect((await api(`/v1/grants/${grant}`, paul, undefined, 'DELETE')).status).toBe(204);
    // Nor does the very request whose pass nobody needed while the grant was there.
    for (const n of ['third', 'grant'])
      expect([n, (await ask(lab, HELD, { content: `{"n":"${n}"}`, fields: [JSON_TYPE, ASYNC] })).status]).toEqual([n, 503]);
  });

  it('ADM-08 tell by server-sent events that something has changed, to people only', async () => {
    const { address, port } = lab.gateway.admin;
    const url = `http://${address}:${port}/v1/events`;
    expect((await fetch(url)).status).toBe(401);
    const abort = new AbortController();
    const stream = await fetch(url, { headers: { authorization: `Bearer ${paul}` }, signal: abort.signal });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    const { id } = await held('{"n":"event"}');
    let text = '';
    while (!text.includes('approval.pending')) text += (await reader.read()).value ?? '';
    expect(text).toContain(`event: approval.pending\ndata: {"id":"${id}"}\n\n`);
    abort.abort();
  });

  it('are forgotten once they are settled, by an operator or an admin who sees all of them', async () => {
    const { id } = await held('{"n":"purge"}');
    await api(`/v1/approvals/${id}/decision`, paul, YES);
    expect((await ask(lab, HELD, { content: '{"n":"purge"}', fields: [JSON_TYPE, ASYNC] })).status).toBe(200);
    const { id: denied } = await held('{"n":"denied"}');
    await api(`/v1/approvals/${denied}/decision`, paul, { decision: 'deny', reason: 'no' });
    const { id: open } = await held('{"n":"open"}');
    const operator = await token('otto@acme.example', 'operator', []);
    const purge = (credential: string, settledBefore: string) => api('/v1/approvals/purge', credential, { settledBefore });
    expect((await purge(paul, '0s')).status).toBe(403);
    expect(await purge(await token('eva@acme.example', 'operator', [], ['eu']), '0s')).toMatchObject({
      status: 403,
      content: { detail: expect.stringContaining('a purge covers all of them') as string },
    });
    expect((await purge(operator, 'soon')).status).toBe(422);
    expect(await purge(operator, '999999999d')).toEqual({ status: 200, content: { purged: 0 } });
    expect((await api(`/v1/approvals/${id}`, paul)).status).toBe(200);
    // It was settled in this millisecond, perhaps: then there is nothing to forget yet.
    const statusAfterPurge = async (): Promise<number> => {
      expect((await purge(operator, '0s')).status).toBe(200);
      return (await api(`/v1/approvals/${id}`, paul)).status;
    };
    await expect.poll(statusAfterPurge).toBe(404);
    expect((await api(`/v1/approvals/${open}`, paul)).content).toMatchObject({ state: 'pending' });
    // It answers for the same request until its deadline.
    expect((await api(`/v1/approvals/${denied}`, paul)).content).toMatchObject({ state: 'denied' });
    await lab.gateway.waitForRecord(
      (each) => each.kind === 'admin' && each.action === 'approvals.purged' && each.actor === 'otto@acme.example',
    );
  });

  it('page from the newest to the oldest, and refuse what is no page', async () => {
    const first = (await api('/v1/approvals?limit=2', paul)).content as ApprovalsAnswer;
    expect(first.items).toHaveLength(2);
    const second = (await api(`/v1/approvals?limit=2&after=${first.next}`, paul)).content as ApprovalsAnswer;
    expect(second.items[0]!.createdAt <= first.items[1]!.createdAt).toBe(true);
    expect(second.items.map(({ id }) => id)).not.toContain(first.items[1]!.id);
    const cursor = (...members: unknown[]): string => Buffer.from(JSON.stringify(members)).toString('base64url');
    const id = '00000000-0000-0000-0000-000000000000';
    const forged = [cursor(1.5, id), cursor(1e300, id), cursor('1', id), cursor(1, '\0'), cursor(1, 'x'), cursor(1, id, 1)];
    for (const query of [...forged.map((each) => `after=${each}`), 'after=bm8', 'limit=0', 'state=open', 'other=1'])
      expect([query, (await api(`/v1/approvals?${query}`, paul)).status]).toEqual([query, 400]);
  });
});
