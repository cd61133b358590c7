import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionItem } from '../../../src/admin/contract/exchanges.ts';
import type { HoldItem, HoldsAnswer, SessionRetentionAnswer } from '../../../src/admin/contract/retention.ts';
import type { Role } from '../../../src/core/people/role.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, parrot } from '../masking/ask.ts';

const OPEN = 'open.de.lab.example';
const OURS = '127.0.0.1';
const AMERICAN = '127.0.0.2';

describe('legal holds and shredding through the admin API', () => {
  let lab: Lab;
  const tokens = new Map<string, string>();
  beforeAll(async () => {
    lab = await startLab({
      origins: { [OPEN]: { country: 'DE', handler: parrot } },
      agents: [
        { id: 'support-bot', home: 'eu', identify: [{ cidr: [`${OURS}/32`] }] },
        { id: 'us-bot', home: 'any', identify: [{ cidr: [`${AMERICAN}/32`] }] },
      ],
      rules: ['{ id: to-open, to: [open-de-lab-example], then: permit, record: content }'],
    });
    for (const from of [OURS, AMERICAN]) {
      const fields = ['Content-Type: text/plain'];
      await ask(lab, OPEN, { from, target: '/', content: 'what was said', fields });
    }
  });
  afterAll(async () => {
    await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
  });

  async function tokenOf(role: Role, places: readonly string[]): Promise<string> {
    const key = `${role} ${places.join()}`;
    const known = tokens.get(key);
    if (known !== undefined) return known;
    const { content } = await lab.gateway.adminAsk('/v1/tokens', {
      json: { person: `${role}@acme.example`, role, ...(places.length > 0 && { places }) },
      headers: { authorization: `Bearer ${await lab.gateway.adminToken()}` },
    });
    const { token } = content as { token: string };
    tokens.set(key, token);
    return token;
  }

  interface Asked {
    readonly as: Role;
    readonly places?: readonly string[];
    readonly json?: object;
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- What is asked for says what comes back.
  async function call<T>(path: string, { as, places = [], json }: Asked): Promise<{ status: number; content: T }> {
    const headers = { authorization: `Bearer ${await tokenOf(as, places)}` };
    const { status, content } = await lab.gateway.adminAsk(path, { headers, ...(json !== undefined && { json }) });
    return { status, content: content as T };
  }

  const holds = async (asked: Asked): Promise<readonly string[]> =>
    (await call<HoldsAnswer>('/v1/legal-holds', asked)).content.items.map(({ id }) => id);

  const adminRecords = async (...actions: readonly string[]) =>
    (await lab.gateway.records()).filter((each) => each.kind === 'admin' && actions.includes(each.action));

  async function sessionOf(agent: string): Promise<SessionItem> {
    for (let tries = 0; tries < 200; tries++) {
      const { content } = await call<{ items: SessionItem[] }>('/v1/sessions', { as: 'auditor' });
      const found = content.items.find((each) => each.agent === agent);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`There is no session of ${agent}`);
  }

  it('keeps content from being shredded until the hold is released, each act on the record by whoever did it', async () => {
    const { id: session } = await sessionOf('us-bot');
    const asked = { json: { session, since: '2020-01-01', reason: 'case 7' } };
    const { status, content: hold } = await call<HoldItem>('/v1/legal-holds', { as: 'operator', ...asked });
    expect([status, hold]).toEqual([
      201,
      expect.objectContaining({ session, since: '2020-01-01T00:00:00.000Z', by: 'operator@acme.example', reason: 'case 7' }),
    ]);
    const shred = () => call<object>('/v1/content/shred', { as: 'operator', json: { session, reason: 'erasure 12' } });
    expect(await shred()).toMatchObject({ status: 409, content: { detail: expect.stringContaining(hold.id) as string } });
    expect(await adminRecords('content.shredded')).toEqual([]);
    const retention = async () =>
      (await call<SessionRetentionAnswer>(`/v1/sessions/${session}/retention`, { as: 'auditor' })).content;
    expect(await retention()).toEqual({ holds: [hold], otherHolds: 0, keys: 1, shredded: [] });
    const release = (as: Role) => call(`/v1/legal-holds/${hold.id}/release`, { as, json: { reason: 'settled' } });
    // Who shreds does not release: it takes two.
    expect((await release('operator')).status).toBe(403);
    expect((await release('auditor')).status).toBe(204);
    expect((await release('auditor')).status).toBe(404);
    expect(await shred()).toMatchObject({ status: 200, content: { sessions: [session] } });
    expect((await shred()).status).toBe(404);
    await expect.poll(async () => (await retention()).shredded).toHaveLength(1);
    expect(await retention()).toMatchObject({
      holds: [],
      keys: 0,
      shredded: [{ by: 'operator@acme.example', reason: 'erasure 12' }],
    });
    expect(await adminRecords('legal-hold.added', 'legal-hold.removed', 'content.shredded')).toMatchObject([
      { action: 'legal-hold.added', actor: 'operator@acme.example', role: 'operator', subject: `legal-hold:${hold.id}` },
      { action: 'legal-hold.removed', actor: 'auditor@acme.example', details: { reason: 'settled', session } },
      { action: 'content.shredded', actor: 'operator@acme.example', subject: `session:${session}` },
    ]);
  });

  it('lets who is scoped act on agents and sessions of the scope alone', async () => {
    const eu = { as: 'operator', places: ['eu'] } as const;
    const { id: ours } = await sessionOf('support-bot');
    const { id: theirs } = await sessionOf('us-bot');
    const hold = (json: object) => call<HoldItem>('/v1/legal-holds', { ...eu, json: { reason: 'case 8', ...json } });
    expect((await hold({ since: '2020-01-01' })).status).toBe(403);
    expect((await hold({ home: 'eu' })).status).toBe(403);
    for (const asked of [
      { subject: 'us-bot' },
      { session: theirs },
      { subject: 'nobody' },
      { subject: 'us-bot', session: ours },
    ])
      expect([asked, (await hold(asked)).status]).toEqual([asked, 404]);
    const { status, content: held } = await hold({ session: ours });
    expect([status, held]).toMatchObject([201, { session: ours, subject: 'support-bot' }]);
    const { content: foreign } = await call<HoldItem>('/v1/legal-holds', {
      as: 'auditor',
      json: { subject: 'us-bot', reason: 'case 9' },
    });
    expect(await holds(eu)).toEqual([held.id]);
    expect(await holds({ as: 'auditor' })).toEqual([held.id, foreign.id]);
    const { content: wide } = await call<HoldItem>('/v1/legal-holds', {
      as: 'auditor',
      json: { home: 'eu', until: '2999-01-01', reason: 'of others' },
    });
    const { content: seen } = await call<SessionRetentionAnswer>(`/v1/sessions/${ours}/retention`, eu);
    // That there is one more is theirs to know: what is under it they cannot shred. Why is not.
    expect(seen).toEqual({ holds: [held], otherHolds: 1, keys: 1, shredded: [] });
    await call(`/v1/legal-holds/${wide.id}/release`, { as: 'auditor', json: { reason: 'settled' } });
    const release = (id: string) =>
      call(`/v1/legal-holds/${id}/release`, { as: 'auditor', places: ['eu'], json: { reason: 'settled' } });
    expect((await release(foreign.id)).status).toBe(404);
    const shred = (json: object) => call('/v1/content/shred', { ...eu, json: { reason: 'erasure', ...json } });
    for (const asked of [{ subject: 'us-bot' }, { session: theirs }]) expect((await shred(asked)).status).toBe(404);
    expect((await shred({ subject: 'support-bot' })).status).toBe(409);
    expect((await release(held.id)).status).toBe(204);
    expect((await shred({ subject: 'support-bot' })).status).toBe(200);
  });

  it.each<[Role, string, object | undefined, number]>([
    ['viewer', '/v1/legal-holds', undefined, 403],
    ['admin', '/v1/legal-holds', { subject: 'us-bot', reason: 'x' }, 403],
    ['auditor', '/v1/content/shred', { subject: 'us-bot', reason: 'x' }, 403],
    ['auditor', '/v1/legal-holds', { reason: 'x' }, 422],
    ['auditor', '/v1/legal-holds', { subject: 'us-bot', since: 'yesterday', reason: 'x' }, 422],
    ['auditor', '/v1/legal-holds', { subject: 'us-bot', reason: ' ' }, 400],
    ['auditor', '/v1/legal-holds', { subject: 'us-bot' }, 400],
    ['auditor', '/v1/legal-holds', { subject: 'us-bot', reason: 'x', sesion: 'y' }, 400],
    ['operator', '/v1/content/shred', { reason: 'x' }, 422],
    ['operator', '/v1/content/shred', { subject: 'us-bot', session: 's', reason: 'x' }, 422],
    ['operator', '/v1/content/shred', { subject: 'us-bot' }, 400],
  ])('refuses what %s asks of %s with %j', async (as, path, json, status) => {
    expect((await call(path, { as, ...(json !== undefined && { json }) })).status).toBe(status);
  });
});
