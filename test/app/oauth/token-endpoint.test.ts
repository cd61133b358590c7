import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PolicyInForce } from '../../../src/app/in-force.ts';
import { openTokenEndpoints, type TokenEndpoints } from '../../../src/app/oauth/token-endpoint.ts';
import { exchangeIds } from '../../../src/app/system.ts';
import type { ClientCredentials } from '../../../src/core/exchange/injection.ts';
import type { OpenJournal } from '../../../src/recording/journal.ts';
import { tables } from '../../destination/support/tables.ts';
import { policyOf } from '../../policy/support/compile-text.ts';
import { journalIn, temporaryDirectory } from '../../recording/fixtures.ts';
import { startScriptedEndpoint, type ScriptedEndpoint } from '../../support/authorization-server.ts';
import { createTestCa, type TestCa } from '../../support/certificates.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';
import { linesOf } from '../../support/record-files.ts';

const ADDRESS = '127.0.10.77';
const SECRET = 'secret-of-the-client-9f';
const geo = await tables();

let ca: TestCa;
let server: ScriptedEndpoint;
let directory: string;
let journal: OpenJournal;
let clock: ManualClock;

beforeAll(async () => {
  ca = await createTestCa('Token endpoint');
  server = await startScriptedEndpoint(await ca.good(ADDRESS), ADDRESS);
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  directory = temporaryDirectory();
  clock = new ManualClock('2026-11-22T10:00:00Z');
  journal = await journalIn(directory, { clock, segmentAge: 3_600_000 });
  server.requests.length = 0;
  server.answers.length = 0;
  server.gate = Promise.resolve();
});

const AT_HOME = `destinations: [{ id: login, addresses: ["${ADDRESS}/32"], ports: [1, PORT], internal: { place: DE } }]`;

interface Given {
  /** Lines of the policy; the port of the endpoint stands for PORT. */
  readonly policy?: string;
  readonly place?: string | undefined;
  readonly isBelieved?: boolean;
}

function endpoints({ policy = AT_HOME, isBelieved = true, ...node }: Given = {}): TokenEndpoints {
  const text = policy.replaceAll('PORT', new URL(server.tokenUrl).port);
  const resolver = { resolve: () => Promise.reject(new Error('Nothing to look up')), recall: () => undefined };
  return openTokenEndpoints({
    settings: { node: { place: 'place' in node ? node.place : 'DE', metadata: undefined } as never },
    clock,
    anchors: isBelieved ? [ca.pem] : [],
    inForce: new PolicyInForce(policyOf(text), new Map(), geo),
    egress: {
      tables: () => geo,
      resolver,
      clock,
      journal,
      newExchangeId: exchangeIds(clock, MACHINE_RANDOM),
      parent: undefined,
    },
  });
}

function grant(more: Partial<ClientCredentials> = {}): ClientCredentials {
  return { tokenUrl: server.tokenUrl, client: 'robot', scopes: [], authentication: 'client_secret_basic', ...more };
}

const ok = (value: string): object => ({ ok: true, value });
const failure = (sentence: string): object => ({ ok: false, failure: expect.stringContaining(sentence) as string });

describe('openTokenEndpoints(): what is asked', () => {
  it('shows client and secret in Basic, each encoded as in a form, or in the content', async () => {
    const { tokens } = endpoints();
    await tokens.token('a', grant({ client: 'ro:bot ä', scopes: ['read', 'write'], audience: 'https://api' }), 'p:ss+wört');
    await tokens.token('b', grant({ authentication: 'client_secret_post', resource: 'https://api.example/v1' }), 'p:ss+wört');
    const [basic, post] = server.requests;
    expect(Buffer.from(basic!.authorization!.slice('Basic '.length), 'base64').toString()).toBe(
      'ro%3Abot+%C3%A4:p%3Ass%2Bw%C3%B6rt',
    );
    expect(Object.fromEntries(new URLSearchParams(basic!.content))).toEqual({
      grant_type: 'client_credentials',
      scope: 'read write',
      audience: 'https://api',
    });
    expect(post!.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(post!.content))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'robot',
      client_secret: 'p:ss+wört',
      resource: 'https://api.example/v1',
    });
  });

  it('is on the record as the gateway itself, in the session oauth2, without secret and token', async () => {
    const { tokens } = endpoints();
    expect(await tokens.token('a', grant({ authentication: 'client_secret_post' }), SECRET)).toEqual(ok('token-1'));
    await journal.close();
    const lines = linesOf(join(directory, journal.writer));
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'decision',
          subject: 'cordon',
          session: 'oauth2',
          target: server.tokenUrl,
          rules: ['oauth2'],
        }),
        expect.objectContaining({ kind: 'outcome', status: 200 }),
      ]),
    );
    for (const hidden of [SECRET, 'token-1']) expect(lines.join('\n')).not.toContain(hidden);
  });
});

describe('openTokenEndpoints(): how long a token counts', () => {
  it('fetches one once for all who ask meanwhile, and anew shortly before it ends', async () => {
    const { tokens } = endpoints();
    let go: () => void = () => {};
    server.gate = new Promise((resolve) => (go = resolve));
    const asked = [1, 2, 3].map(() => tokens.token('a', grant(), SECRET));
    go();
    expect(await Promise.all(asked)).toEqual(asked.map(() => ok('token-1')));
    // 300 s of which 30 s are spared.
    clock.advance(269_999);
    expect(await tokens.token('a', grant(), SECRET)).toEqual(ok('token-1'));
    clock.advance(1);
    expect(await tokens.token('a', grant(), SECRET)).toEqual(ok('token-2'));
  });

  it.each([
    ['one that says nothing of it', {}, 54_000],
    ['one that says no number', { expires_in: '3600' }, 54_000],
    ['one that has ended already, for a second', { expires_in: 0.001 }, 1_000],
    ['one that lasts for years, for half a day', { expires_in: 1e9 }, 12 * 3_600_000],
  ])('keeps %s', async (_what, told, lasts) => {
    const { tokens } = endpoints();
    server.answers.push({ status: 200, content: JSON.stringify({ access_token: 'first', token_type: 'bearer', ...told }) });
    expect(await tokens.token('a', grant(), SECRET)).toEqual(ok('first'));
    clock.advance(lasts - 1);
    expect(await tokens.token('a', grant(), SECRET)).toEqual(ok('first'));
    clock.advance(1);
    expect(await tokens.token('a', grant(), SECRET)).toEqual(ok('token-2'));
  });

  it('gives none that was fetched with another secret, for another credential, client, scope or endpoint', async () => {
    const { tokens } = endpoints();
    const found = [
      await tokens.token('a', grant(), SECRET),
      await tokens.token('b', grant(), SECRET),
      await tokens.token('a', grant({ scopes: ['read'] }), SECRET),
      await tokens.token('a', grant({ client: 'other' }), SECRET),
      await tokens.token('a', grant({ tokenUrl: `${server.tokenUrl}?tenant=2` }), SECRET),
      await tokens.token('a', grant(), 'rotated'),
    ];
    expect(found).toEqual(found.map((_, index) => ok(`token-${index + 1}`)));
    // Not even that of a secret which is back.
    expect(await tokens.token('a', grant(), SECRET)).toEqual(ok('token-7'));
  });

  it('keeps what is fetched with a new secret, when the answer to the former one comes late', async () => {
    const { tokens } = endpoints();
    let go: () => void = () => {};
    server.gate = new Promise((resolve) => (go = resolve));
    const late = tokens.token('a', grant(), SECRET);
    await expect.poll(() => server.requests.length).toBe(1);
    const now = tokens.token('a', grant(), 'rotated');
    go();
    expect([await late, await now]).toEqual([ok('token-1'), ok('token-2')]);
    expect(await tokens.token('a', grant(), 'rotated')).toEqual(ok('token-2'));
  });

  it('drops one that a destination does not take, once: not its successor while that is young', async () => {
    const { tokens } = endpoints();
    await tokens.token('a', grant(), SECRET);
    tokens.refused('a', grant(), 'token-1');
    expect(await tokens.token('a', grant(), SECRET)).toEqual(ok('token-1'));
    clock.advance(10_000);
    tokens.refused('a', grant(), 'token-1');
    expect(await tokens.token('a', grant(), SECRET)).toEqual(ok('token-2'));
    // Two requests went out with the first one.
    clock.advance(10_000);
    tokens.refused('a', grant(), 'token-1');
    tokens.refused('b', grant(), 'token-2');
    expect(await tokens.token('a', grant(), SECRET)).toEqual(ok('token-2'));
  });
});

describe('openTokenEndpoints(): answers that are no token', () => {
  it.each([
    [
      'a refusal',
      { status: 401, content: '{"error":"invalid_client","error_description":"HIDDEN"}' },
      'status 401, invalid_client',
    ],
    ['a reason of its own', { status: 400, content: '{"error":"HIDDEN"}' }, 'gives no token (status 400)'],
    [
      'a redirect',
      { status: 307, headers: { location: 'https://127.0.0.9:1/' }, content: '' },
      'Found a redirect (status 307)',
    ],
    ['an outage', { status: 503, content: 'HIDDEN' }, 'cannot answer now (status 503)'],
    ['no JSON', { status: 200, content: 'HIDDEN' }, 'Found no access_token'],
    ['a list', { status: 200, content: '["HIDDEN"]' }, 'Found no access_token'],
    [
      'a token that ends the field',
      { status: 200, content: '{"access_token":"HIDDEN\\r\\nX: y","token_type":"Bearer"}' },
      'Found no access_token',
    ],
    ['another type', { status: 200, content: '{"access_token":"HIDDEN","token_type":"mac"}' }, 'Found another token_type'],
    ['no type', { status: 200, content: '{"access_token":"HIDDEN"}' }, 'Found another token_type'],
    [
      'a token that has ended',
      { status: 200, content: '{"access_token":"HIDDEN","token_type":"Bearer","expires_in":0}' },
      'has ended already',
    ],
    [
      'a token that ended before it was given',
      { status: 200, content: '{"access_token":"HIDDEN","token_type":"Bearer","expires_in":-3600}' },
      'has ended already',
    ],
    [
      'the same member of its prototype',
      { status: 200, content: '{"__proto__":{"access_token":"HIDDEN","token_type":"Bearer"}}' },
      'Found no access_token',
    ],
    ['more than a token', { status: 200, content: `"${'x'.repeat(70_000)}"` }, 'content_too_large'],
  ])('says that it found %s', async (_what, answer, sentence) => {
    const { tokens } = endpoints();
    server.answers.push(answer);
    const found = await tokens.token('a', grant(), SECRET);
    expect(found).toEqual(failure(sentence));
    expect(JSON.stringify(found)).not.toContain('HIDDEN');
  });

  it.each([
    ['one more than was asked for', 'read write admin'],
    ['another one', 'admin'],
    ['a list', ['read', 'admin']],
  ])('gives none for %s', async (_what, scope) => {
    const { tokens } = endpoints();
    server.answers.push({ status: 200, content: JSON.stringify({ access_token: 'HIDDEN', token_type: 'Bearer', scope }) });
    expect(await tokens.token('a', grant({ scopes: ['read', 'write'] }), SECRET)).toEqual(failure('Found a scope'));
  });

  it.each([
    ['no scope', {}],
    ['what was asked for', { scope: 'write read' }],
    ['less', { scope: 'read' }],
  ])('gives one for %s', async (_what, told) => {
    const { tokens } = endpoints();
    server.answers.push({ status: 200, content: JSON.stringify({ access_token: 'first', token_type: 'Bearer', ...told }) });
    expect(await tokens.token('a', grant({ scopes: ['read', 'write'] }), SECRET)).toEqual(ok('first'));
  });

  it('a hundred who ask when it has ended send one request', async () => {
    const { tokens } = endpoints();
    await tokens.token('a', grant(), SECRET);
    clock.advance(300_000);
    const again = await Promise.all(Array.from({ length: 100 }, () => tokens.token('a', grant(), SECRET)));
    expect(new Set(again.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify(ok('token-2'))]));
    expect(server.requests).toHaveLength(2);
  });

  it('asks again a second after an outage, 15 s after a refusal, and at once with another secret', async () => {
    const { tokens } = endpoints();
    server.answers.push({ status: 503, content: '' }, { status: 401, content: '{"error":"invalid_client"}' });
    expect(await tokens.token('a', grant(), SECRET)).toEqual(failure('status 503'));
    clock.advance(999);
    expect(await tokens.token('a', grant(), SECRET)).toEqual(failure('status 503'));
    clock.advance(1);
    expect(await tokens.token('a', grant(), SECRET)).toEqual(failure('status 401'));
    clock.advance(14_999);
    expect(await tokens.token('a', grant(), SECRET)).toEqual(failure('status 401'));
    expect(server.requests.length).toBe(2);
    expect(await tokens.token('a', grant(), 'corrected')).toEqual(ok('token-3'));
    expect(await tokens.token('a', grant(), SECRET)).toEqual(ok('token-4'));
  });
});

describe('openTokenEndpoints(): where it may be', () => {
  const abroad = AT_HOME.replace('DE', 'FR');
  const transfer = { to: ['FR'], basis: 'scc' };
  it.each([
    ['no destination of the policy says that it is internal', { policy: '' }, {}, 'private_address'],
    ['it is internal on another port', { policy: AT_HOME.replace('PORT', '2') }, {}, 'private_address'],
    ['it is elsewhere than the gateway', { policy: abroad }, {}, 'outside_home'],
    ['the transfer is for another place', { policy: abroad }, { transfer: { to: ['US'], basis: 'scc' } }, 'outside_home'],
    ['the transfer has ended', { policy: abroad }, { transfer: { ...transfer, until: '2026-11-01' } }, 'outside_home'],
    [
      'a place is on no list of adequacy',
      { policy: abroad },
      { transfer: { to: ['FR', 'BR', 'CN'], basis: 'adequacy' } },
      'Found adequacy for',
    ],
    [
      'nothing says where the gateway is',
      { place: undefined },
      { tokenUrl: 'https://login.example/token' },
      'node.place: Found none',
    ],
  ])('sends nothing where %s, and says so before', async (_what, given, more, sentence) => {
    const { tokens, problem } = endpoints(given);
    expect(await problem(grant(more))).toContain(sentence);
    expect(await tokens.token('a', grant(more), SECRET)).toEqual(failure(sentence));
    expect(server.requests).toEqual([]);
  });

  it.each([['scc'], ['adequacy']])('lets client and secret go abroad on the basis %s', async (basis) => {
    const { tokens, problem } = endpoints({ policy: abroad });
    expect(await problem(grant({ transfer: { to: ['FR'], basis } }))).toBeUndefined();
    expect(await tokens.token('a', grant({ transfer: { to: ['FR'], basis } }), SECRET)).toEqual(ok('token-1'));
  });

  it('believes nobody whose certificate does not verify', async () => {
    const { tokens } = endpoints({ isBelieved: false });
    expect(await tokens.token('a', grant(), SECRET)).toEqual(failure('origin_certificate'));
    expect(server.requests).toEqual([]);
  });
});
