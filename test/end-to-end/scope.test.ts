import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PERMISSIONS } from '../../src/admin/access/permissions.ts';
import type { Role } from '../../src/core/people/role.ts';
import { startLab, type Lab } from '../support/lab.ts';
import { ask, parrot } from './masking/ask.ts';

const OPEN = 'open.de.lab.example';
const HELD = 'held.de.lab.example';
const US = 'us.us.lab.example';
/** Words that only what the European agent did has in it. */
const EUROPEAN = ['eu-bot', OPEN, HELD];
const EU_CLIENT = '127.0.0.1';
const US_CLIENT = '127.0.0.2';

/** What a route says to everybody who may ask it: the gateway's own, or what is asked about. */
const FOR_EVERYBODY: ReadonlySet<string> = new Set([
  '/v1/me',
  '/v1/policy',
  '/v1/tables',
  '/v1/places/:hostOrIp',
  '/v1/sign-in',
  '/v1/sign-in/oidc',
  '/v1/sign-in/oidc/callback',
]);
/** Streams without end; what it says of approvals are ids, for which everybody asks anew. */
const ENDLESS: ReadonlySet<string> = new Set(['/v1/events']);

interface Ids {
  readonly approval: string;
  readonly exchange: string;
  readonly session: string;
}

describe('a role for places sees nothing of what agents at home elsewhere did', () => {
  let lab: Lab;
  let ids: Ids;
  const tokens = new Map<Role, string>();

  beforeAll(async () => {
    lab = await startLab({
      origins: {
        [OPEN]: { country: 'DE', handler: parrot },
        [HELD]: { country: 'DE', handler: parrot },
        [US]: { country: 'US', handler: parrot },
      },
      agents: [
        { id: 'eu-bot', home: 'eu', identify: [{ cidr: [`${EU_CLIENT}/32`] }] },
        { id: 'us-bot', home: 'US', identify: [{ cidr: [`${US_CLIENT}/32`] }] },
      ],
      rules: [
        '{ id: to-open, to: [open-de-lab-example], then: permit, record: content }',
        '{ id: to-held, to: [held-de-lab-example], then: hold, approval: { by: [privacy] } }',
        '{ id: to-us, to: [us-us-lab-example], then: permit }',
      ],
    });
    const json = ['Content-Type: application/json'];
    const own = [...json, 'Cordon-Session: session-of-eu'];
    await ask(lab, OPEN, { from: EU_CLIENT, content: '{"a":1}', fields: own });
    await ask(lab, HELD, { from: EU_CLIENT, content: '{"a":2}', fields: [...own, 'Cordon-Prefer: respond-async'] });
    await ask(lab, US, { from: US_CLIENT, content: '{"a":3}', fields: json });
    for (const role of ['viewer', 'approver', 'auditor', 'operator', 'admin'] as const)
      tokens.set(role, await mint(role, ['US']));
    ids = await idsOf();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  async function mint(role: Role, places: readonly string[]): Promise<string> {
    const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
    const json = { person: `${role}-${places.join('')}@acme.example`.toLowerCase(), role, places };
    return ((await lab.gateway.adminAsk('/v1/tokens', { headers, json })).content as { token: string }).token;
  }

  function as(token: string, path: string, json?: object): ReturnType<Lab['gateway']['adminAsk']> {
    const headers = { authorization: `Bearer ${token}` };
    return lab.gateway.adminAsk(path, json === undefined ? { headers } : { headers, json });
  }

  /** Of what the European agent did, as one who sees everything finds it; waits until the index has all of it. */
  async function idsOf(): Promise<Ids> {
    const everything = await mint('auditor', []);
    type Items = { readonly items: readonly { readonly id: string; readonly session?: string; readonly target?: string }[] };
    const items = async (path: string): Promise<Items['items']> => ((await as(everything, path)).content as Items).items;
    await vi.waitUntil(async () => (await items('/v1/exchanges')).length >= 3, { timeout: 10_000, interval: 100 });
    const [approval] = await items('/v1/approvals');
    const exchange = (await items('/v1/exchanges')).find(({ target }) => target?.includes(OPEN));
    return { approval: approval!.id, exchange: exchange!.id, session: exchange!.session! };
  }

  function pathOf(route: string): string {
    const { approval, exchange, session } = ids;
    const id = route.startsWith('/v1/approvals') ? approval : route.startsWith('/v1/exchanges') ? exchange : session;
    const path = route.startsWith('/v1/agents') ? route.replace(':id', 'eu-bot') : route.replace(':id', id);
    return route === '/v1/report' ? `${path}?jurisdiction=eu&since=1d` : path;
  }

  const reads = PERMISSIONS.filter(
    ({ method, path }) => method === 'GET' && path.startsWith('/v1/') && !FOR_EVERYBODY.has(path) && !ENDLESS.has(path),
  );

  it.each(reads.map(({ path, roles }) => [path, roles] as const))('GET %s', async (path, roles) => {
    for (const role of roles) {
      const { status, content } = await as(tokens.get(role)!, pathOf(path));
      const said = JSON.stringify(content);
      const words = [...EUROPEAN, ids.approval, ids.exchange, ids.session];
      expect([role, words.filter((word) => said.includes(word)), said]).toEqual([role, [], said]);
      // What covers everybody is for nobody with a scope, whatever is asked for.
      if (path.includes(':')) expect([role, path.endsWith('/export') ? 403 : 404]).toEqual([role, status]);
    }
  });

  it.each<[path: string, json: object, role: Role]>([
    ['/v1/approvals/:id/decision', { decision: 'approve', reason: 'mine now' }, 'approver'],
    ['/v1/agents/:id/stop', {}, 'operator'],
    ['/v1/agents/:id/resume', {}, 'operator'],
  ])('POST %s changes nothing', async (path, json, role) => {
    expect((await as(tokens.get(role)!, pathOf(path), json)).status).toBe(404);
  });

  it('and whoever is scoped there sees it, so that the words above are the right ones', async () => {
    const auditor = await mint('auditor', ['eu']);
    const said = JSON.stringify([(await as(auditor, '/v1/exchanges')).content, (await as(auditor, '/v1/approvals')).content]);
    for (const word of [...EUROPEAN, ids.approval, ids.exchange, ids.session]) expect(said).toContain(word);
    expect(said).not.toContain('us-bot');
  });
});
