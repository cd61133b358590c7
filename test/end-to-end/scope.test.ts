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
  '/v1/sign-in/saml',
  '/v1/sign-in/saml/metadata',
]);
/** Streams without end; what it says of approvals are ids, for which everybody asks anew. */
const ENDLESS: ReadonlySet<string> = new Set(['/v1/events']);

/** What a role for another place may ask for all the same: what is its own, or a trial that reads nothing recorded. */
const OWN: ReadonlySet<string> = new Set([
  '/v1/sign-in',
  '/v1/sign-in/saml/callback',
  '/v1/sign-in/saml/finish',
  '/v1/sign-out',
  '/v1/token-exchange',
  '/v1/policy/check',
  '/v1/policy/explain',
]);

/** Of what the European agent did, and of people who are for Europe. */
interface Ids {
  readonly approval: string;
  readonly grant: string;
  readonly exchange: string;
  readonly session: string;
  /** Of its agent token. */
  readonly token: string;
  readonly consoleSession: string;
  readonly legalHold: string;
}

type Items = readonly { readonly id: string; readonly state?: string; readonly session?: string; readonly target?: string }[];

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
        '{ id: to-open, to: [open-de-lab-example], then: permit, record: content, limits: [{ requests: 9, every: 1h }, { requests: 9, every: 1h, per: destination }] }',
        '{ id: to-held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], grant: { max: 1h } } }',
        '{ id: to-us, to: [us-us-lab-example], then: permit }',
      ],
    });
    const json = ['Content-Type: application/json'];
    const own = [...json, 'Cordon-Session: session-of-eu'];
    await ask(lab, OPEN, { from: EU_CLIENT, content: '{"a":1}', fields: own });
    for (const content of ['{"a":2}', '{"b":2}'])
      await ask(lab, HELD, { from: EU_CLIENT, content, fields: [...own, 'Cordon-Prefer: respond-async'] });
    await ask(lab, US, { from: US_CLIENT, content: '{"a":3}', fields: json });
    for (const role of ['viewer', 'approver', 'auditor', 'operator', 'admin'] as const)
      tokens.set(role, await mint(role, ['US']));
    ids = await idsOf();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  async function mint(role: Role, places: readonly string[], groups: readonly string[] = []): Promise<string> {
    const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
    const json = { person: `${role}-${places.join('')}@acme.example`.toLowerCase(), role, places, groups };
    return ((await lab.gateway.adminAsk('/v1/tokens', { headers, json })).content as { token: string }).token;
  }

  function as(token: string, path: string, json?: object): ReturnType<Lab['gateway']['adminAsk']> {
    const headers = { authorization: `Bearer ${token}` };
    return lab.gateway.adminAsk(path, json === undefined ? { headers } : { headers, json });
  }

  /** As people who see everything find it; waits until the index has all of it. */
  async function idsOf(): Promise<Ids> {
    const [everything, european] = [await mint('auditor', []), await mint('approver', ['eu'], ['privacy'])];
    const items = async (path: string): Promise<Items> => ((await as(everything, path)).content as { items: Items }).items;
    await vi.waitUntil(async () => (await items('/v1/exchanges')).length >= 4, { timeout: 10_000, interval: 100 });
    const [approval, other] = await items('/v1/approvals');
    const decision = { decision: 'approve', reason: 'for Europe', grant: { for: '1h' } };
    expect((await as(european, `/v1/approvals/${other!.id}/decision`, decision)).status).toBe(200);
    const [grant] = await items('/v1/grants');
    const exchange = (await items('/v1/exchanges')).find(({ target }) => target?.includes(OPEN));
    const admin = await lab.gateway.adminToken();
    const token = (await as(admin, '/v1/tokens', { agent: 'eu-bot' })).content as { id: string };
    await lab.gateway.adminAsk('/v1/sign-in', { json: { token: european } });
    const [consoleSession] = ((await as(admin, '/v1/console-sessions')).content as { items: Items }).items;
    const hold = { subject: 'eu-bot', reason: 'a lawsuit' };
    const legalHold = (await as(everything, '/v1/legal-holds', hold)).content as { id: string };
    return {
      approval: approval!.id,
      grant: grant!.id,
      exchange: exchange!.id,
      session: exchange!.session!,
      token: token.id,
      consoleSession: consoleSession!.id,
      legalHold: legalHold.id,
    };
  }

  function pathOf(route: string): string {
    const ofGroup: Readonly<Record<string, string>> = {
      agents: 'eu-bot',
      approvals: ids.approval,
      grants: ids.grant,
      exchanges: ids.exchange,
      sessions: ids.session,
      tokens: ids.token,
      'console-sessions': ids.consoleSession,
      'legal-holds': ids.legalHold,
    };
    const path = route.replace(':id', () => ofGroup[route.split('/')[2]!]!);
    return route === '/v1/report' ? `${path}?jurisdiction=eu&since=1d` : path;
  }

  const reads = PERMISSIONS.filter(
    ({ method, path }) => method === 'GET' && path.startsWith('/v1/') && !FOR_EVERYBODY.has(path) && !ENDLESS.has(path),
  );

  it.each(reads.map(({ path, roles }) => [path, roles] as const))('GET %s', async (path, roles) => {
    for (const role of roles) {
      const { status, content } = await as(tokens.get(role)!, pathOf(path));
      const said = JSON.stringify(content);
      const words = [...EUROPEAN, ...Object.values(ids)];
      expect([role, words.filter((word) => said.includes(word)), said]).toEqual([role, [], said]);
      // What covers everybody is for nobody with a scope, whatever is asked for.
      if (path.includes(':')) expect([role, path.endsWith('/export') ? 403 : 404]).toEqual([role, status]);
    }
  });

  describe('and no cursor leads to it', () => {
    /** Routes that give pages, as they describe themselves. */
    async function paged(): Promise<readonly string[]> {
      const { paths } = (await lab.gateway.adminAsk('/openapi.json')).content as {
        paths: Record<string, { get?: { parameters?: readonly { name: string }[] } }>;
      };
      return Object.entries(paths)
        .filter(([, { get }]) => get?.parameters?.some(({ name }) => name === 'after') === true)
        .map(([path]) => path);
    }

    const cursor = (...members: unknown[]): string => Buffer.from(JSON.stringify(members)).toString('base64url');

    it('that was forged, changed, or taken from another list or from somebody who sees more', async () => {
      const routes = await paged();
      expect(routes.toSorted()).toEqual(['/v1/approvals', '/v1/exchanges', '/v1/grants', '/v1/sessions', '/v1/tokens']);
      const everything = await lab.gateway.adminToken();
      const given = await Promise.all(
        routes.map(async (route) => ((await as(everything, `${route}?limit=1`)).content as { next?: string }).next),
      );
      const real = given.filter((next) => next !== undefined);
      expect(real.length).toBeGreaterThan(3);
      const uuid = '00000000-0000-0000-0000-000000000000';
      const none = [
        cursor(),
        cursor(1),
        cursor(1, 1),
        cursor(1, uuid, 1),
        cursor(1.5, uuid),
        cursor(1e300, uuid),
        cursor('1', uuid),
        cursor(null, uuid),
        cursor([1], uuid),
        cursor(1, [uuid]),
        cursor(1, '\0'),
        cursor(1, "' OR 1=1 --"),
        Buffer.from('{"0":1,"1":"x","length":2}').toString('base64url'),
        'x',
        '-',
        'bm8',
        'a'.repeat(201),
        `${real[0]}=`,
        ...real.map((next) => next.slice(0, -3)),
      ];
      // Times before and behind all, and those of other lists, are places in this one.
      const foreign = [...real, cursor(Number.MAX_SAFE_INTEGER, uuid), cursor(Number.MIN_SAFE_INTEGER, uuid), cursor(-1, uuid)];
      const words = [...EUROPEAN, ...Object.values(ids)];
      for (const route of routes) {
        // One for each: what one credential may ask in a few seconds is bounded.
        const token = await mint(route === '/v1/tokens' ? 'admin' : 'auditor', ['US']);
        const headers = { authorization: `Bearer ${token}` };
        for (const after of none) {
          const { status } = await lab.gateway.adminAsk(`${route}?after=${encodeURIComponent(after)}`, { headers });
          expect([route, after, status]).toEqual([route, after, 400]);
        }
        for (const after of foreign) {
          const { status, content } = await lab.gateway.adminAsk(`${route}?after=${after}`, { headers });
          expect([route, after, status]).toEqual([route, after, 200]);
          const said = JSON.stringify(content);
          expect(words.filter((word) => said.includes(word))).toEqual([]);
        }
      }
    });
  });

  /** What every route that changes something is asked for, and its answer. */
  const CHANGES: Readonly<Record<string, readonly [json: object | undefined, status: number]>> = {
    'POST /v1/approvals/:id/decision': [{ decision: 'approve', reason: 'mine now' }, 404],
    'POST /v1/approvals/purge': [{ settledBefore: '0s' }, 403],
    'DELETE /v1/grants/:id': [undefined, 404],
    'POST /v1/agents/:id/stop': [{}, 404],
    'POST /v1/agents/:id/resume': [{}, 404],
    'POST /v1/legal-holds': [{ subject: 'eu-bot', reason: 'mine now' }, 404],
    'POST /v1/legal-holds/:id/release': [{ reason: 'mine now' }, 404],
    'POST /v1/content/shred': [{ subject: 'eu-bot', reason: 'mine now' }, 404],
    'POST /v1/tokens': [{ agent: 'eu-bot' }, 403],
    'DELETE /v1/tokens/:id': [undefined, 404],
    'DELETE /v1/console-sessions/:id': [undefined, 404],
    // Reads what was recorded of all, as the whole record does.
    'POST /v1/policy/simulate': [{ files: [{ name: 'a.yaml', text: 'cordon: 1\n' }] }, 403],
  };
  /** The files are read by the process for everybody, whoever says when. */
  const RELOAD = 'POST /v1/policy/reload';
  const changes = PERMISSIONS.filter(({ method, path }) => method !== 'GET' && !OWN.has(path));

  it('every route that changes something is in the table', () => {
    expect(changes.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
      [...Object.keys(CHANGES), RELOAD].toSorted(),
    );
  });

  it.each(changes.map(({ method, path, roles }) => [method, path, roles] as const))(
    '%s %s changes nothing',
    async (method, path, roles) => {
      const [json, expected] = CHANGES[`${method} ${path}`] ?? [undefined, 200];
      for (const role of roles) {
        const headers = { authorization: `Bearer ${tokens.get(role)!}` };
        const asked = { method, headers, ...(json !== undefined && { json }) };
        const { status, content } = await lab.gateway.adminAsk(pathOf(path), asked);
        expect([role, status]).toEqual([role, expected]);
        expect(JSON.stringify(content ?? '')).not.toMatch(new RegExp([OPEN, HELD, 'session-of-eu'].join('|')));
      }
    },
  );

  it('and all of it stands as before', async () => {
    const admin = await lab.gateway.adminToken();
    const stateOf = async (list: string, id: string): Promise<string | undefined> =>
      ((await as(admin, list)).content as { items: Items }).items.find((each) => each.id === id)?.state;
    const states = [
      await stateOf('/v1/approvals', ids.approval),
      await stateOf('/v1/grants', ids.grant),
      await stateOf('/v1/tokens', ids.token),
      await stateOf('/v1/console-sessions', ids.consoleSession),
    ];
    expect(states).toEqual(['pending', 'active', 'valid', 'open']);
    const auditor = await mint('auditor', []);
    const { items } = (await as(auditor, '/v1/legal-holds')).content as { items: Items };
    expect(items.map(({ id }) => id)).toEqual([ids.legalHold]);
    expect((await ask(lab, OPEN, { from: EU_CLIENT })).status).toBe(200);
  });

  it('and whoever is scoped there sees it, so that the words above are the right ones', async () => {
    const auditor = await mint('auditor', ['eu']);
    const said = JSON.stringify([
      (await as(auditor, '/v1/exchanges')).content,
      (await as(auditor, '/v1/approvals')).content,
      (await as(auditor, '/v1/grants')).content,
    ]);
    for (const word of [...EUROPEAN, ids.approval, ids.grant, ids.exchange, ids.session]) expect(said).toContain(word);
    expect(said).not.toContain('us-bot');
  });
});
