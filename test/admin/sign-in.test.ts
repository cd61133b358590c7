import { describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../src/admin/access/permissions.ts';
import type { MeAnswer } from '../../src/admin/contract/people.ts';
import { hasSteppedUp } from '../../src/core/people/principal.ts';
import { selfSigned } from '../support/certificates.ts';
import { admin, type Answered, type OpenAdmin } from './admin-client.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface SignedIn {
  readonly cookie: string;
  readonly csrf: string;
  readonly me: MeAnswer;
}

async function signIn({ ask }: OpenAdmin, token: string, headers: Readonly<Record<string, string>> = {}): Promise<SignedIn> {
  const answer = await ask('/v1/sign-in', { as: null, json: { token }, headers });
  expect(answer.status).toBe(201);
  const me = JSON.parse(answer.body) as MeAnswer;
  return { cookie: cookieOf(answer), csrf: me.session?.csrf ?? '', me };
}

function cookieOf({ cookies }: Answered): string {
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
}

describe('POST /v1/sign-in', () => {
  it('opens a session for the person of the token, with role and scope', async () => {
    const opened = await admin();
    const token = await opened.people.put('anna@acme.example', {
      role: 'approver',
      groups: ['privacy'],
      places: ['dach', 'FR'],
    });
    const { cookie, me } = await signIn(opened, token);
    expect(me).toMatchObject({
      person: 'anna@acme.example',
      role: 'approver',
      groups: ['privacy'],
      places: ['dach', 'FR'],
      authTime: '2026-11-22T10:00:00.000Z',
    });
    expect(cookie).toMatch(/^cordon-session=cds_[0-9a-f]{20}\.[\w-]{43}$/);
    expect(JSON.parse((await opened.ask('/v1/me', { headers: { cookie } })).body)).toEqual(me);
  });

  it('sets a cookie that only this server gets, and no script', async () => {
    const plain = await admin();
    const token = await plain.people.tokenFor('viewer');
    const answer = await plain.ask('/v1/sign-in', { as: null, json: { token } });
    expect(answer.headers['set-cookie']).toEqual([expect.stringMatching(/; Path=\/; HttpOnly; SameSite=Strict$/)]);
    const { cert, key } = await selfSigned('admin.example');
    const secure = await admin({}, { tls: { certificate: cert, key } });
    const over = await secure.ask('/v1/sign-in', { as: null, json: { token: await secure.people.tokenFor('viewer') } });
    expect(over.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-cordon-session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
    ]);
  });

  it('ADM-06: gives a new id whatever the browser held, and ends what it held', async () => {
    const opened = await admin();
    const token = await opened.people.tokenFor('viewer');
    const planted = `cordon-session=cds_${'1'.repeat(20)}.${'a'.repeat(43)}`;
    const first = await signIn(opened, token, { cookie: planted });
    expect(first.cookie).not.toBe(planted);
    expect((await opened.ask('/v1/me', { headers: { cookie: planted } })).status).toBe(401);
    const second = await signIn(opened, token, { cookie: first.cookie });
    expect(second.cookie).not.toBe(first.cookie);
    expect((await opened.ask('/v1/me', { headers: { cookie: first.cookie } })).status).toBe(401);
    expect((await opened.ask('/v1/me', { headers: { cookie: second.cookie } })).status).toBe(200);
  });

  it('ADM-06: takes ten bad tokens of a thousand, two hundred at once, and slows the others', async () => {
    const { ask, people } = await admin();
    const json = { token: `cdp_${'0'.repeat(20)}.${'x'.repeat(43)}` };
    const answers: Answered[] = [];
    // As many at once as there may be connections.
    for (let round = 0; round < 5; round++)
      answers.push(...(await Promise.all(Array.from({ length: 200 }, () => ask('/v1/sign-in', { as: null, json })))));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(990);
    // Nobody who holds a good one is locked out by it.
    expect((await ask('/v1/sign-in', { as: null, json: { token: await people.tokenFor('viewer') } })).status).toBe(201);
  });

  it.each([{}, { token: 1 }, { token: 'x', more: 1 }])('refuses %j', async (json) => {
    const { ask } = await admin();
    expect((await ask('/v1/sign-in', { as: null, json })).status).toBe(400);
  });

  it('ADM-01: does not let another site sign a browser in', async () => {
    const { ask, people } = await admin();
    const json = { token: await people.tokenFor('viewer') };
    expect((await ask('/v1/sign-in', { as: null, json, headers: { origin: 'https://evil.example' } })).status).toBe(403);
  });
});

describe('a session', () => {
  it('ends after half an hour without use, and after twelve hours with it', async () => {
    const opened = await admin();
    const token = await opened.people.put('anna@acme.example', { role: 'viewer' }, { ttl: 100 * HOUR });
    const idle = await signIn(opened, token);
    const busy = await signIn(opened, token);
    const use = async ({ cookie }: SignedIn) => (await opened.ask('/v1/me', { headers: { cookie } })).status;
    for (let i = 0; i < 24; i++) {
      opened.people.clock.advance(29 * MINUTE);
      expect(await use(busy)).toBe(200);
    }
    expect(await use(idle)).toBe(401);
    opened.people.clock.advance(24 * MINUTE);
    expect(await use(busy)).toBe(401);
  });

  it('ends for good, however the clock is set back, and none lasts longer for a clock that was ahead', async () => {
    const opened = await admin();
    const { ask, people } = opened;
    const token = await people.put('anna@acme.example', { role: 'viewer' }, { ttl: 100 * HOUR });
    const use = async ({ cookie }: SignedIn) => (await ask('/v1/me', { headers: { cookie } })).status;
    const [idle, old] = [await signIn(opened, token), await signIn(opened, token)];
    people.clock.step(31 * MINUTE);
    expect(await use(idle)).toBe(401);
    people.clock.step(-31 * MINUTE);
    expect([await use(idle), await use(old)]).toEqual([401, 200]);
    people.clock.step(13 * HOUR);
    expect(await use(old)).toBe(401);
    people.clock.step(-13 * HOUR);
    expect(await use(old)).toBe(401);

    people.clock.step(5 * HOUR);
    const [used, left] = [await signIn(opened, token), await signIn(opened, token)];
    // Set right by a little: who works on is not disturbed, and is idle half an hour later.
    people.clock.step(-10 * MINUTE);
    expect(await use(used)).toBe(200);
    people.clock.advance(30 * MINUTE);
    expect(await use(used)).toBe(401);
    // By a lot: nobody knows how long ago it was used.
    people.clock.step(-5 * HOUR);
    expect(await use(left)).toBe(401);
  });

  it('ends with the token it was opened with: at its end and when it is revoked', async () => {
    const opened = await admin();
    const token = await opened.people.put('anna@acme.example', { role: 'viewer' }, { ttl: 20 * MINUTE });
    const [expiring, revoked] = [await signIn(opened, token), await signIn(opened, await opened.people.tokenFor('auditor'))];
    const id = /_(\w+)\./.exec(await opened.people.tokenFor('auditor'))?.[1] ?? '';
    expect((await opened.ask(`/v1/tokens/${id}`, { as: 'admin', method: 'DELETE' })).status).toBe(204);
    expect((await opened.ask('/v1/me', { headers: { cookie: revoked.cookie } })).status).toBe(401);
    expect((await opened.ask('/v1/me', { headers: { cookie: expiring.cookie } })).status).toBe(200);
    opened.people.clock.advance(20 * MINUTE);
    expect((await opened.ask('/v1/me', { headers: { cookie: expiring.cookie } })).status).toBe(401);
  });

  it('ADM-06: is worth nothing after signing out, replayed or not', async () => {
    const opened = await admin();
    const { cookie, csrf } = await signIn(opened, await opened.people.tokenFor('viewer'));
    const out = await opened.ask('/v1/sign-out', { method: 'POST', headers: { cookie, 'cordon-csrf': csrf } });
    expect([out.status, out.cookies]).toEqual([204, { 'cordon-session': '' }]);
    expect((await opened.ask('/v1/me', { headers: { cookie } })).status).toBe(401);
    expect((await opened.ask('/v1/sign-out', { method: 'POST', headers: { cookie, 'cordon-csrf': csrf } })).status).toBe(401);
  });

  it('is refused when its cookie was forged', async () => {
    const opened = await admin();
    const { cookie } = await signIn(opened, await opened.people.tokenFor('viewer'));
    const forged = [
      cookie.slice(0, -1) + (cookie.endsWith('A') ? 'B' : 'A'),
      `cordon-session=${await opened.people.tokenFor('viewer')}`,
      'cordon-session=x',
      'cordon-session=',
      cookie.replace('cordon-session', '__Host-cordon-session'),
    ];
    for (const one of forged) expect((await opened.ask('/v1/me', { headers: { cookie: one } })).status).toBe(401);
  });

  it('ADM-01: changes nothing without the token that only its own pages have read', async () => {
    const opened = await admin();
    const mine = await signIn(opened, await opened.people.tokenFor('admin'));
    const other = await signIn(opened, await opened.people.put('bob@acme.example', { role: 'admin' }));
    const mint = (headers: Record<string, string>) =>
      opened.ask('/v1/tokens', { json: { agent: 'bot' }, headers: { cookie: mine.cookie, ...headers } });
    expect((await mint({})).status).toBe(403);
    expect((await mint({ 'cordon-csrf': '' })).status).toBe(403);
    expect((await mint({ 'cordon-csrf': other.csrf })).status).toBe(403);
    expect((await mint({ 'cordon-csrf': mine.csrf, origin: 'https://evil.example' })).status).toBe(403);
    expect((await mint({ 'cordon-csrf': mine.csrf, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await mint({ 'cordon-csrf': mine.csrf })).status).toBe(201);
    // Reading needs none: no other site can read the answer.
    expect((await opened.ask('/v1/tokens', { headers: { cookie: mine.cookie } })).status).toBe(200);
  });

  it('ADM-01: changes nothing on any route without that token, nor with it once it is signed out', async () => {
    const opened = await admin();
    const { ask, people } = opened;
    const unsafe = PERMISSIONS.filter(({ method, without }) => method !== 'GET' && without === 'nobody');
    expect(unsafe.length).toBeGreaterThan(10);
    const other = await signIn(opened, await people.put('bob@acme.example', { role: 'admin' }));
    for (const { method, path, roles } of unsafe) {
      people.clock.advance(MINUTE);
      const { cookie, csrf } = await signIn(opened, await people.tokenFor(roles[0]!));
      const asks = async (headers: Record<string, string>, body?: string) =>
        (
          await ask(path.replace(':id', '0123456789abcdef0123'), {
            method,
            headers: { cookie, ...headers },
            ...(body !== undefined && { body }),
          })
        ).status;
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const statuses = [
        await asks({}),
        await asks({ 'cordon-csrf': '' }),
        await asks({ 'cordon-csrf': other.csrf }),
        await asks({ cookie: `${cookie}; cordon-csrf=${csrf}` }),
        ...(method === 'POST' ? [await asks(form, `cordon-csrf=${csrf}`)] : []),
        await asks({ 'cordon-csrf': csrf, origin: 'https://evil.example' }),
        await asks({ 'cordon-csrf': csrf, origin: 'null' }),
        await asks({ 'cordon-csrf': csrf, 'sec-fetch-site': 'same-site' }),
      ];
      expect([method, path, statuses]).toEqual([method, path, statuses.map(() => 403)]);
      // With all that is needed the guard lets it in, whatever the route says to a request without content.
      if (path !== '/v1/sign-out') expect([401, 403]).not.toContain(await asks({ 'cordon-csrf': csrf }));
      const out = await ask('/v1/sign-out', { method: 'POST', headers: { cookie, 'cordon-csrf': csrf } });
      expect(out.status).toBe(204);
      expect([path, await asks({ 'cordon-csrf': csrf })]).toEqual([path, 401]);
      people.clock.advance(MINUTE);
    }
  });

  it('is as old for a step-up as the token that opened it', async () => {
    const opened = await admin();
    const { people } = opened;
    const token = await people.put('anna@acme.example', { role: 'approver' });
    const first = await signIn(opened, token);
    const steppedUp = async ({ cookie }: SignedIn = first): Promise<boolean> => {
      const text = cookie.slice('cordon-session='.length);
      const visitor = await people.people.authenticate({ kind: 'cookie', text }, '127.0.0.1', 'GET /v1/me');
      return visitor.ok && hasSteppedUp(visitor.value.principal, people.clock.now());
    };
    expect(await steppedUp()).toBe(true);
    people.clock.advance(5 * MINUTE);
    expect(await steppedUp()).toBe(true);
    people.clock.advance(1);
    expect(await steppedUp()).toBe(false);
    // Showing it once more shows nothing more.
    expect(await steppedUp(await signIn(opened, token))).toBe(false);
    expect(await steppedUp(await signIn(opened, await people.put('anna@acme.example', { role: 'approver' })))).toBe(true);
  });

  it('ends, on the record, when its person opens the tenth after it; those of others stay', async () => {
    const opened = await admin();
    const { ask, people } = opened;
    const [mine, other] = await Promise.all([people.tokenFor('viewer'), people.tokenFor('operator')]);
    const statusOf = async ({ cookie }: SignedIn) => (await ask('/v1/me', { headers: { cookie } })).status;
    const elsewhere = await signIn(opened, other);
    const signedIn: SignedIn[] = [];
    for (let i = 0; i < 11; i++) {
      if (i === 10) expect(await Promise.all(signedIn.map(statusOf))).toEqual(signedIn.map(() => 200));
      signedIn.push(await signIn(opened, mine));
      people.clock.advance(1);
    }
    expect(await statusOf(signedIn[0]!)).toBe(401);
    expect(await Promise.all(signedIn.slice(1).map(statusOf))).toEqual(Array.from({ length: 10 }, () => 200));
    expect(await statusOf(elsewhere)).toBe(200);
    expect((await people.records()).filter(({ action }) => action === 'session.ended')).toMatchObject([
      {
        actor: 'viewer@acme.example',
        subject: signedIn[0]!.me.credential,
        details: { because: 'more than 10 sessions' },
      },
    ]);
  });

  it('is listed and ended by an admin, on the record', async () => {
    const opened = await admin();
    const { cookie, me } = await signIn(opened, await opened.people.tokenFor('auditor'));
    const list = async () =>
      (
        JSON.parse((await opened.ask('/v1/console-sessions', { as: 'admin' })).body) as {
          items: { id: string; state: string }[];
        }
      ).items;
    const [session] = await list();
    expect(session).toMatchObject({ state: 'open', person: 'auditor@acme.example', role: 'auditor' });
    expect(`session:${session?.id}`).toBe(me.credential);
    expect((await opened.ask(`/v1/console-sessions/${session?.id}`, { as: 'admin', method: 'DELETE' })).status).toBe(204);
    expect((await opened.ask('/v1/me', { headers: { cookie } })).status).toBe(401);
    expect(await list()).toMatchObject([{ state: 'ended' }]);
    const records = (await opened.people.records()).filter(({ action }) => String(action).startsWith('session.'));
    expect(records).toMatchObject([
      { kind: 'admin', actor: 'auditor@acme.example', role: 'auditor', action: 'session.opened', subject: me.credential },
      {
        kind: 'admin',
        actor: 'admin@acme.example',
        role: 'admin',
        action: 'session.ended',
        subject: me.credential,
        client: '127.0.0.1',
      },
    ]);
    expect(JSON.stringify(records)).not.toContain(cookie.slice(-43));
  });
});
