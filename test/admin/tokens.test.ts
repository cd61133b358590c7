import { describe, expect, it } from 'vitest';
import type { TokenItem, TokensAnswer } from '../../src/admin/contract/people.ts';
import { reloadOnRecord } from '../../src/app/upkeep/reload-on-record.ts';
import type { RecordAdmin } from '../../src/core/people/admin-entry.ts';
import { fail } from '../../src/core/result.ts';
import { admin, type OpenAdmin } from './admin-client.ts';

const ANNA = { person: 'Anna@Acme.example', role: 'approver', groups: ['privacy'], places: ['dach'], ttl: '12h' } as const;

interface Minted extends TokenItem {
  readonly token: string;
}

async function mint({ ask }: OpenAdmin, json: object, token?: string) {
  const as = token === undefined ? { as: 'admin' as const } : { headers: { authorization: `Bearer ${token}` } };
  const answer = await ask('/v1/tokens', { ...as, json });
  return { status: answer.status, content: JSON.parse(answer.body) as Minted & { detail: string } };
}

describe('/v1/tokens', () => {
  it('mints for a person, shows the text once and keeps its hash', async () => {
    const opened = await admin();
    const { status, content } = await mint(opened, ANNA);
    expect([status, content]).toMatchObject([
      201,
      {
        state: 'valid',
        person: 'anna@acme.example',
        role: 'approver',
        groups: ['privacy'],
        places: ['dach'],
        createdAt: '2026-11-22T10:00:00.000Z',
        expiresAt: '2026-11-22T22:00:00.000Z',
        mintedBy: 'admin@acme.example',
      },
    ]);
    expect(content.token).toMatch(/^cdp_[0-9a-f]{20}\.[A-Za-z0-9_-]{43}$/);
    const me = await opened.ask('/v1/me', { headers: { authorization: `Bearer ${content.token}` } });
    expect(JSON.parse(me.body)).toMatchObject({
      person: 'anna@acme.example',
      role: 'approver',
      credential: `token:${content.id}`,
    });
    const list = await opened.ask('/v1/tokens', { as: 'admin' });
    expect(list.body).toContain(content.id);
    expect(list.body).not.toContain(content.token.slice(-43));
  });

  it('mints for an agent, and remembers who did', async () => {
    const opened = await admin();
    const { status, content } = await mint(opened, { agent: 'bot' });
    expect([status, content]).toMatchObject([201, { agent: 'bot', mintedBy: 'admin@acme.example' }]);
    const stored = await opened.people.parts.agentTokens.find(content.id as never);
    expect(stored).toMatchObject({ ok: true, value: { token: { agent: 'bot', mintedBy: 'admin@acme.example' } } });
  });

  it.each([
    [{}, 'Expected either agent, or person and role'],
    [{ agent: 'bot', person: 'anna', role: 'viewer' }, 'Expected either agent, or person and role'],
    [{ person: 'anna' }, 'Found person "anna" without role'],
    [{ agent: 'bot', groups: ['x'] }, 'Found a scope beside an agent, which has none'],
    [{ agent: 'nobody' }, 'Found agent "nobody", expected one that the policy declares'],
    [{ ...ANNA, places: ['atlantis'] }, 'Found place "atlantis", expected a country or a set of the policy'],
    [{ ...ANNA, person: 'local:root' }, expect.stringContaining('expected a person such as')],
    [{ ...ANNA, person: 'аnna@acme.example' }, expect.stringContaining('expected a person such as')],
    [{ ...ANNA, ttl: '0s' }, 'ttl: Found 0, expected a duration that lasts'],
    [{ ...ANNA, ttl: '367d' }, 'ttl: Found "367d", expected at most 366d'],
    [{ ...ANNA, ttl: '999999999d' }, 'ttl: Found "999999999d", expected at most 366d'],
    [{ ...ANNA, ttl: 'long' }, expect.stringContaining('expected a duration')],
  ])('refuses %j', async (json, detail) => {
    const opened = await admin();
    const { status, content } = await mint(opened, json);
    expect([status, content.detail]).toEqual([422, detail]);
    expect((await opened.people.records()).filter(({ action }) => action === 'token.minted')).toEqual([]);
  });

  it('gives out no scope that is wider than that of who mints', async () => {
    const opened = await admin();
    const scoped = await opened.people.put('carl@acme.example', { role: 'admin', groups: ['privacy'], places: ['dach'] });
    const wider = [
      { ...ANNA, groups: ['privacy', 'legal'] },
      { ...ANNA, groups: [] },
      { ...ANNA, places: ['US'] },
      { ...ANNA, places: ['dach', 'FR'] },
      { ...ANNA, places: [] },
      { agent: 'us-bot' },
    ];
    for (const order of wider) expect((await mint(opened, order, scoped)).status).toBe(403);
    for (const order of [ANNA, { ...ANNA, places: ['DE'] }, { agent: 'bot' }])
      expect((await mint(opened, order, scoped)).status).toBe(201);
  });

  it('gives tokens of agents and people page by page, newest first, and none out of scope', async () => {
    const opened = await admin();
    const scoped = await opened.people.put('carl@acme.example', { role: 'admin', groups: ['privacy'], places: ['dach'] });
    const expected: string[] = [];
    for (const order of [ANNA, { agent: 'bot' }, { agent: 'us-bot' }, ANNA, { agent: 'bot' }]) {
      opened.people.clock.advance(1);
      // Two at one instant, which their ids put in an order.
      const two = [(await mint(opened, order)).content.id, (await mint(opened, order)).content.id];
      if (!('agent' in order && order.agent === 'us-bot')) expected.unshift(...two.toSorted().toReversed());
    }
    const ask = async (query: string) =>
      await opened.ask(`/v1/tokens?${query}`, { headers: { authorization: `Bearer ${scoped}` } });
    const pages: string[][] = [];
    let next: string | undefined;
    do {
      const page = JSON.parse((await ask(`limit=3${next === undefined ? '' : `&after=${next}`}`)).body) as TokensAnswer;
      pages.push(page.items.map(({ id }) => id));
      ({ next } = page);
    } while (next !== undefined);
    const own = scoped.slice('cdp_'.length, scoped.indexOf('.'));
    expect(pages.flat()).toEqual([...expected, own]);
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 3]);
    for (const query of ['limit=0', 'limit=x', 'after=abc']) expect((await ask(query)).status).toBe(400);
    // What PostgreSQL would refuse is no store that is down.
    for (const [at, id] of [
      [1.5, own],
      [1, `${own.slice(1)}\u0000`],
      [1, 'x'],
    ]) {
      const after = Buffer.from(JSON.stringify([at, id])).toString('base64url');
      expect((await ask(`after=${after}`)).status).toBe(400);
    }
  });

  it('shows and revokes nothing outside the scope of who asks', async () => {
    const opened = await admin();
    const scoped = await opened.people.put('carl@acme.example', { role: 'admin', groups: ['privacy'], places: ['dach'] });
    const headers = { authorization: `Bearer ${scoped}` };
    const { content: abroad } = await mint(opened, { ...ANNA, places: ['US'] });
    const { content: us } = await mint(opened, { agent: 'us-bot' });
    const { content: own } = await mint(opened, ANNA);
    const listed = (JSON.parse((await opened.ask('/v1/tokens', { headers })).body) as { items: TokenItem[] }).items;
    const ids = new Set(listed.map(({ id }) => id));
    expect([ids.has(own.id), ids.has(abroad.id), ids.has(us.id)]).toEqual([true, false, false]);
    for (const { id } of [abroad, us])
      expect((await opened.ask(`/v1/tokens/${id}`, { headers, method: 'DELETE' })).status).toBe(404);
    expect((await opened.ask(`/v1/tokens/${own.id}`, { headers, method: 'DELETE' })).status).toBe(204);
  });

  it('puts minting and revoking on the record, and never the secret', async () => {
    const opened = await admin();
    const { content } = await mint(opened, ANNA);
    await opened.ask(`/v1/tokens/${content.id}`, { as: 'admin', method: 'DELETE' });
    const records = (await opened.people.records()).filter(({ kind }) => kind === 'admin');
    const actor = { actor: 'admin@acme.example', role: 'admin', client: '127.0.0.1', subject: `token:${content.id}` };
    expect(records).toMatchObject([
      { ...actor, action: 'token.minted', details: { person: 'anna@acme.example', role: 'approver', groups: ['privacy'] } },
      { ...actor, action: 'token.revoked' },
    ]);
    expect(JSON.stringify(records)).not.toContain(content.token.slice(-43));
    expect(opened.people.events).toContainEqual({ type: 'token.revoked', id: content.id });
  });

  it('raises an alarm when somebody mints for itself', async () => {
    const opened = await admin();
    await mint(opened, { person: 'ADMIN@acme.example', role: 'approver' });
    const alarmed = (await opened.people.records()).filter(({ alarm }) => alarm !== undefined);
    expect(alarmed).toMatchObject([{ action: 'token.minted', actor: 'admin@acme.example', alarm: 'minted-for-oneself' }]);
    expect(opened.people.events).toContainEqual(
      expect.objectContaining({ type: 'alarm', alarm: 'minted-for-oneself', actor: 'admin@acme.example' }),
    );
  });

  it('does nothing that cannot be recorded', async () => {
    const opened = await admin();
    const glass = await opened.people.put('eva@acme.example', { role: 'admin' }, { breakGlass: 'why' });
    const full = () => Promise.resolve(fail({ code: 'audit_unavailable', detail: 'No room' } as const));
    Object.assign(opened.people.parts, { record: full });
    expect((await mint(opened, ANNA)).status).toBe(503);
    const headers = { authorization: `Bearer ${glass}` };
    expect((await opened.ask('/v1/tokens', { headers })).status).toBe(503);
    const token = await opened.people.tokenFor('viewer');
    expect((await opened.ask('/v1/sign-in', { as: null, json: { token } })).status).toBe(503);
    expect(await opened.people.parts.sessions.list()).toEqual({ ok: true, value: [] });
  });
});

describe('a break-glass token', () => {
  const glass = async (opened: OpenAdmin, ttl = 900_000): Promise<string> =>
    await opened.people.put('eva@acme.example', { role: 'admin' }, { breakGlass: 'IdP is down', ttl });
  const showing = (token: string): { headers: Record<string, string> } => ({ headers: { authorization: `Bearer ${token}` } });

  it('raises one alarm for each of many uses at once, before any of them is answered, whatever it asks for', async () => {
    const opened = await admin();
    const token = await glass(opened);
    const asked = ['/v1/tokens', '/v1/me', '/v1/no-such-thing', '/v1/approvals'];
    const answers = await Promise.all(Array.from({ length: 20 }, (_, use) => opened.ask(asked[use % 4]!, showing(token))));
    expect(answers.every(({ status }) => status !== 401 && status !== 503)).toBe(true);
    const isUse = ({ action }: { readonly action?: unknown }): boolean => action === 'break-glass.used';
    // Nothing is there under the third: nobody is asked who it is.
    expect((await opened.people.records()).filter(isUse)).toHaveLength(15);
    expect(opened.people.events.filter((event) => event.type === 'alarm' && event.alarm === 'break-glass-used')).toHaveLength(
      15,
    );
  });

  it('is nothing behind its end, or once it is revoked; that it was tried is on the record', async () => {
    const opened = await admin();
    const [ended, revoked] = [await glass(opened), await glass(opened, 3_600_000)];
    const id = /^cdp_([0-9a-f]{20})/.exec(revoked)?.[1] ?? '';
    expect((await opened.ask(`/v1/tokens/${id}`, { method: 'DELETE', as: 'admin' })).status).toBe(204);
    opened.people.clock.advance(900_000);
    for (const token of [ended, revoked]) {
      expect((await opened.ask('/v1/tokens', showing(token))).status).toBe(401);
      expect((await opened.ask('/v1/sign-in', { as: null, json: { token } })).status).toBe(401);
    }
    const records = await opened.people.records();
    expect(records.filter(({ action }) => action === 'break-glass.used')).toEqual([]);
    expect(records).toContainEqual(expect.objectContaining({ action: 'credential.refused' }));
  });

  it('is guessed at no faster than any other, and guesses lock nobody out who has it', async () => {
    const opened = await admin();
    const token = await glass(opened);
    const guess = (number: number): string => `${token.slice(0, -3)}${String(number).padStart(3, '0')}`;
    const statuses: number[] = [];
    for (let number = 0; number < 30; number++) statuses.push((await opened.ask('/v1/tokens', showing(guess(number)))).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), ...Array.from({ length: 20 }, () => 429)]);
    expect((await opened.ask('/v1/tokens', showing(token))).status).toBe(200);
  });
});

describe('a one-use token', () => {
  it('mints one token, and then serves for nothing', async () => {
    const opened = await admin();
    const first = await opened.people.put('local:root', { role: 'admin' }, { once: true });
    const headers = { authorization: `Bearer ${first}` };
    expect((await opened.ask('/v1/tokens', { headers })).status).toBe(403);
    expect((await mint(opened, { person: 'anna' }, first)).status).toBe(422);
    expect((await mint(opened, ANNA, first)).status).toBe(201);
    expect((await mint(opened, ANNA, first)).status).toBe(401);
    expect((await opened.ask('/v1/sign-in', { as: null, json: { token: first } })).status).toBe(401);
  });

  it('opens one session, which outlives it', async () => {
    const opened = await admin();
    const first = await opened.people.put('local:root', { role: 'admin' }, { once: true, ttl: 60_000 });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => opened.ask('/v1/sign-in', { as: null, json: { token: first } })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 401, 401, 401, 401]);
    const cookie = `cordon-session=${answers.find(({ status }) => status === 201)?.cookies['cordon-session']}`;
    opened.people.clock.advance(20 * 60_000);
    expect((await opened.ask('/v1/tokens', { headers: { cookie } })).status).toBe(200);
    expect((await mint(opened, ANNA, first)).status).toBe(401);
  });
});

describe('POST /v1/policy/reload', () => {
  async function reload(record?: RecordAdmin) {
    const seen: unknown[] = [];
    const upkeep = { reload: () => Promise.resolve(seen.push('reloaded') > 0 ? ('loaded' as const) : ('refused' as const)) };
    const opened: OpenAdmin = await admin({
      reload: (by) => reloadOnRecord(upkeep, record ?? opened.people.record)(by),
    });
    const { status, body } = await opened.ask('/v1/policy/reload', { as: 'operator', method: 'POST' });
    return { opened, seen, status, content: JSON.parse(body) as unknown };
  }

  it('is on the record before the files are read', async () => {
    const { opened, seen, status, content } = await reload();
    expect([status, content, seen]).toEqual([200, { result: 'loaded' }, ['reloaded']]);
    const record = (await opened.people.records()).find(({ kind }) => kind === 'admin');
    expect(record).toMatchObject({ actor: 'operator@acme.example', role: 'operator', action: 'policy.reloaded' });
  });

  it('does not happen when it cannot be recorded, and says nothing of why', async () => {
    const full = fail({ code: 'audit_unavailable', detail: 'No room on /var/lib/cordon' } as const);
    const { seen, status, content } = await reload(() => Promise.resolve(full));
    expect([status, seen]).toEqual([503, []]);
    expect(JSON.stringify(content)).not.toContain('/var');
  });
});
