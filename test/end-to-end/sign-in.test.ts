import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MeAnswer } from '../../src/admin/contract/people.ts';
import { Browser, type Page } from '../support/browser.ts';
import { createTestCa } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';
import { startIdentityProvider } from '../support/identity-provider.ts';

const RULES = 'cordon: 1\nagents: [{ id: bot, home: eu, identify: [{ token: true }] }]\n';
const ROLES = {
  privacy: { role: 'approver', groups: ['privacy'], places: ['eu'] },
  ops: { role: 'operator' },
};
const ACCOUNTS = {
  anna: { email: 'Anna@Acme.example', email_verified: true, groups: ['staff', 'privacy'] },
  otto: { email: 'otto@acme.example', email_verified: true, groups: ['ops'] },
  eve: { email: 'anna@acme.example', email_verified: false, groups: ['privacy'] },
  nemo: { email: 'nemo@acme.example', email_verified: true, groups: ['staff'] },
};

const stack = new AsyncDisposableStack();
let gateway: Gateway;
let console: string;
let callback: string;

beforeAll(async () => {
  const port = await freePort();
  const ca = await createTestCa('Identity provider');
  const issuer = `https://127.0.0.1:${port}`;
  const settings = { node: { place: 'DE' }, oidc: { issuer, 'client-id': 'cordon', place: 'DE', roles: ROLES } };
  gateway = stack.use(await startGateway({ rules: RULES, settings, trust: [ca.pem] }));
  console = `http://127.0.0.1:${gateway.admin.port}`;
  callback = `${console}/v1/sign-in/oidc/callback`;
  const tls = await ca.good('127.0.0.1');
  stack.use(await startIdentityProvider({ port, redirectUri: callback, accounts: ACCOUNTS, tls }));
});
afterAll(() => stack.disposeAsync());

/** Signs in at the identity provider, as a person would; the redirect back to the console is not yet followed. */
async function atProvider(browser: Browser, login: string, start = '/v1/sign-in/oidc'): Promise<Page> {
  let page = await browser.follow(await browser.open(`${console}${start}`), callback);
  // A form for the name, and one for the consent.
  while (page.location === undefined) {
    const prompt = /name="prompt" value="(\w+)"/.exec(page.body)?.[1] ?? expect.fail(`no form: ${page.status} ${page.body}`);
    page = await browser.follow(await browser.open(page.url, { form: { prompt, login, password: 'x' } }), callback);
  }
  return page;
}

const NAVIGATION = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

async function signIn(browser: Browser, login: string, start?: string): Promise<Page> {
  const page = await atProvider(browser, login, start);
  return browser.open(page.location ?? '', { headers: NAVIGATION });
}

async function me(browser: Browser): Promise<MeAnswer | number> {
  const { status, body } = await browser.open(`${console}/v1/me`);
  return status === 200 ? (JSON.parse(body) as MeAnswer) : status;
}

describe('sign-in through an identity provider', () => {
  it('gives the person the role and scope of its group, and leads on to the console', async () => {
    const browser = new Browser();
    const page = await signIn(browser, 'anna');
    expect([page.status, page.body]).toEqual([200, expect.stringContaining('content="0; url=/"')]);
    expect(await me(browser)).toMatchObject({
      person: 'anna@acme.example',
      role: 'approver',
      groups: ['privacy'],
      places: ['eu'],
    });
    expect([...browser.cookies.keys()]).not.toContain('cordon-sign-in');
    const operator = new Browser();
    await signIn(operator, 'otto');
    expect(await me(operator)).toMatchObject({ person: 'otto@acme.example', role: 'operator', places: [] });
  });

  it('asks with PKCE, state and nonce, and keeps what they are derived from in a cookie of its own', async () => {
    const browser = new Browser();
    const { status, location } = await browser.open(`${console}/v1/sign-in/oidc`);
    const query = new URL(location ?? '').searchParams;
    expect([status, query.get('code_challenge_method'), query.get('response_type')]).toEqual([302, 'S256', 'code']);
    for (const name of ['state', 'nonce', 'code_challenge']) expect(query.get(name)).toMatch(/^[\w-]{43}$/);
    const cookie = browser.cookies.get('cordon-sign-in') ?? '';
    expect(location).not.toContain(cookie.slice(-43));
  });

  it('is on the record: every request to the provider as an exchange of cordon, and the session', async () => {
    const browser = new Browser();
    await signIn(browser, 'anna');
    const { credential } = (await me(browser)) as MeAnswer;
    const records = await gateway.records();
    const opened = records.find((record) => record.kind === 'admin' && record.subject === credential);
    expect(opened).toMatchObject({
      actor: 'anna@acme.example',
      role: 'approver',
      credential: 'oidc',
      action: 'session.opened',
      details: { issuer: expect.stringContaining('https://127.0.0.1:') as string, subject: 'anna' },
    });
    const own = records.filter((record) => record.kind === 'decision' && record.session === 'sign-in');
    expect(
      own
        .map((record) => (record.kind === 'decision' ? [record.subject, record.home, record.method, record.decision] : []))
        .slice(-1),
    ).toEqual([['cordon', 'DE', expect.stringMatching(/^(?:GET|POST)$/), 'permit']]);
    expect(new Set(own.map((record) => (record.kind === 'decision' ? record.method : '')))).toEqual(new Set(['GET', 'POST']));
    const outcomes = new Set(records.flatMap((record) => (record.kind === 'outcome' ? [record.exchange] : [])));
    expect(own.every((record) => record.kind === 'decision' && outcomes.has(record.exchange))).toBe(true);
    for (const value of browser.cookies.values()) expect(JSON.stringify(records)).not.toContain(value.slice(-43));
  });

  it('ADM-06: takes an answer once, from the browser that asked, and none that was changed', async () => {
    const asked = new Browser();
    const { location = '' } = await atProvider(asked, 'anna');
    // Another browser, as in a login CSRF: it never asked, or asked something else.
    const other = new Browser();
    expect((await other.open(location, { headers: NAVIGATION })).status).toBe(401);
    await other.open(`${console}/v1/sign-in/oidc`);
    expect((await other.open(location, { headers: NAVIGATION })).status).toBe(401);
    // Whatever is changed in the cookie, the answer belongs to another one.
    const cookie = asked.cookies.get('cordon-sign-in') ?? '';
    for (const changed of [
      cookie.replace('.0.', '.1.'),
      `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`,
      'x',
      '',
    ]) {
      const forger = new Browser();
      forger.cookies.set('cordon-sign-in', changed);
      expect((await forger.open(location, { headers: NAVIGATION })).status).toBe(401);
    }
    expect((await asked.open(location, { headers: NAVIGATION })).status).toBe(200);
    asked.cookies.set('cordon-sign-in', cookie);
    asked.cookies.delete('cordon-session');
    expect((await asked.open(location, { headers: NAVIGATION })).status).toBe(401);
    expect(await me(asked)).toBe(401);
  });

  it('refuses who has no verified address, or no group with a role', async () => {
    for (const [login, words] of [
      ['eve', 'no verified mail address'],
      ['nemo', 'none of the groups'],
    ] as const) {
      const browser = new Browser();
      const page = await signIn(browser, login);
      expect([page.status, page.body]).toEqual([403, expect.stringContaining(words)]);
      expect(await me(browser)).toBe(401);
    }
  });

  it('asks anew for a step-up, opens a new session and ends the one before', async () => {
    const browser = new Browser();
    await signIn(browser, 'anna');
    const before = browser.cookies.get('cordon-session') ?? '';
    const { location } = await browser.open(`${console}/v1/sign-in/oidc?again=1`);
    const query = new URL(location ?? '').searchParams;
    expect([query.get('prompt'), query.get('max_age')]).toEqual(['login', '300']);
    await signIn(browser, 'anna', '/v1/sign-in/oidc?again=1');
    expect(browser.cookies.get('cordon-session')).not.toBe(before);
    expect(await me(browser)).toMatchObject({ person: 'anna@acme.example' });
    const stale = new Browser();
    stale.cookies.set('cordon-session', before);
    expect(await me(stale)).toBe(401);
  });

  it('ADM-01: lets another site lead a browser here, and nothing else', async () => {
    const browser = new Browser();
    const { location = '' } = await atProvider(browser, 'anna');
    const embedded = { ...NAVIGATION, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
    expect((await browser.open(location, { headers: embedded })).status).toBe(403);
    expect((await browser.open(`${console}/v1/sign-in/oidc`, { headers: NAVIGATION })).status).toBe(403);
    expect((await browser.open(`${console}/v1/me`, { headers: NAVIGATION })).status).toBe(403);
  });
});

describe('an identity provider that is not where it should be', () => {
  const issuer = 'https://127.0.0.1:1';

  it('is not asked when its place is outside the home of the gateway', async () => {
    const oidc = { issuer, 'client-id': 'cordon', place: 'US', roles: ROLES };
    await using other = await startGateway({ rules: RULES, settings: { node: { place: 'DE' }, oidc } });
    expect((await other.adminAsk('/v1/sign-in/oidc')).status).toBe(502);
    const decision = await other.waitForRecord((record) => record.kind === 'decision');
    expect(decision).toMatchObject({ subject: 'cordon', session: 'sign-in', decision: 'deny', code: 'outside_home' });
  });

  it.each([
    [{ issuer: 'https://id.example', place: 'DE' }, {}, 'node.place: Found none'],
    [{ issuer: 'http://id.example', place: 'DE' }, { place: 'DE' }, 'oidc.issuer: Found http, expected https'],
    [
      { issuer, place: 'DE', roles: { x: { role: 'approver', places: ['atlantis'] } } },
      {},
      'oidc.roles.x.places: Found "atlantis"',
    ],
    [{ issuer, place: 'atlantis' }, {}, 'oidc: '],
  ])('keeps the gateway from starting: %j', async (oidc, node, message) => {
    const settings = { node, oidc: { 'client-id': 'cordon', roles: ROLES, ...oidc } };
    await expect(startGateway({ rules: RULES, settings })).rejects.toThrow(message);
  });
});
