import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, type Page } from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';

/** An identity provider that answers what a test says: what a real one never would. */
const RULES = 'cordon: 1\nagents: [{ id: bot, home: eu, identify: [{ token: true }] }]\n';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

const stack = new AsyncDisposableStack();
let gateway: Gateway;
let issuer: string;
let console: string;
/** What the token endpoint gives, and what it was sent. */
let idToken: string;
let sent: URLSearchParams;
let metadata: Record<string, unknown>;

beforeAll(async () => {
  const port = await freePort();
  issuer = `http://127.0.0.1:${port}`;
  metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
  const server = createServer((request, response) => {
    const chunks: string[] = [];
    request.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      if (request.url === '/.well-known/openid-configuration') response.end(JSON.stringify(metadata));
      else if (request.url === '/jwks')
        response.end(
          JSON.stringify({ keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }] }),
        );
      else {
        sent = new URLSearchParams(chunks.join(''));
        response.end(JSON.stringify({ access_token: 'a', token_type: 'Bearer', id_token: idToken }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const oidc = { issuer, 'client-id': 'cordon', place: 'DE', roles: { ops: { role: 'operator' } } };
  gateway = stack.use(await startGateway({ rules: RULES, settings: { oidc } }));
  console = `http://127.0.0.1:${gateway.admin.port}`;
});
afterAll(() => stack.disposeAsync());

function signed(claims: object, key: KeyObject = keys.privateKey, header: object = { alg: 'RS256', kid: 'k' }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part(header)}.${part(claims)}`;
  return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
}

const now = (): number => Math.floor(Date.now() / 1000);
const good = (nonce: string): Record<string, unknown> => ({
  iss: issuer,
  sub: 's',
  aud: 'cordon',
  exp: now() + 60,
  iat: now(),
  auth_time: now() - 10,
  nonce,
  email: 'otto@acme.example',
  email_verified: true,
  groups: ['ops'],
});

/** Begins to sign in and comes back with what `answer` makes of the nonce. */
async function comeBack(
  answer: (nonce: string) => string,
  { again = false, state }: { again?: boolean; state?: string } = {},
): Promise<Page> {
  const browser = new Browser();
  const { location = '' } = await browser.open(`${console}/v1/sign-in/oidc${again ? '?again=1' : ''}`);
  const query = new URL(location).searchParams;
  idToken = answer(query.get('nonce') ?? '');
  const callback = new URL(`${console}/v1/sign-in/oidc/callback`);
  callback.searchParams.set('code', 'c');
  callback.searchParams.set('state', state ?? query.get('state') ?? '');
  const page = await browser.open(callback.href);
  if (page.status === 200) {
    const challenge = createHash('sha256')
      .update(sent.get('code_verifier') ?? '')
      .digest('base64url');
    expect(challenge).toBe(query.get('code_challenge'));
    expect(sent.get('redirect_uri')).toBe(query.get('redirect_uri'));
  }
  return page;
}

describe('the answer of an identity provider', () => {
  it('is taken when all of it is as it must be', async () => {
    expect((await comeBack((nonce) => signed(good(nonce)))).status).toBe(200);
  });

  it.each<[string, (nonce: string) => string]>([
    ['signed by somebody else', (nonce) => signed(good(nonce), stranger.privateKey)],
    [
      'not signed at all',
      (nonce) => `${signed(good(nonce), keys.privateKey, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
    ],
    ['for another sign-in', () => signed(good('another nonce'))],
    ['for another client', (nonce) => signed({ ...good(nonce), aud: 'other' })],
    ['of another issuer', (nonce) => signed({ ...good(nonce), iss: 'http://127.0.0.1:9' })],
    ['too old', (nonce) => signed({ ...good(nonce), exp: now() - 3600, iat: now() - 7200 })],
    ['about a sign-in of yesterday', (nonce) => signed({ ...good(nonce), auth_time: now() - 86_400 })],
    ['without the time of the sign-in', (nonce) => signed({ ...good(nonce), auth_time: undefined })],
    ['without a token', () => ''],
  ])('ADM-06: is refused when it is %s', async (_, answer) => {
    const page = await comeBack(answer);
    // Each counts as an attempt: after ten of them the address is slowed, and refused all the same.
    expect([401, 429]).toContain(page.status);
  });

  it('ADM-06: is refused when the state is another', async () => {
    expect([401, 429]).toContain((await comeBack((nonce) => signed(good(nonce)), { state: 'x'.repeat(43) })).status);
  });

  it('does for a step-up only when the person was asked within five minutes', async () => {
    const long = (nonce: string) => signed({ ...good(nonce), auth_time: now() - 600 });
    expect((await comeBack(long)).status).toBe(200);
    expect([401, 429]).toContain((await comeBack(long, { again: true })).status);
    expect((await comeBack((nonce) => signed(good(nonce)), { again: true })).status).toBe(200);
  });

  it('is not asked for at another host than that of the issuer', async () => {
    metadata['token_endpoint'] = 'http://127.0.0.2:9/token';
    const oidc = { issuer, 'client-id': 'cordon', place: 'DE', roles: {} };
    await using other = await startGateway({ rules: RULES, settings: { oidc } });
    const browser = new Browser();
    const own = `http://127.0.0.1:${other.admin.port}/v1/sign-in/oidc`;
    const { location = '' } = await browser.open(own);
    const state = new URL(location).searchParams.get('state') ?? '';
    expect((await browser.open(`${own}/callback?code=c&state=${state}`)).status).toBe(502);
    const denied = await other.waitForRecord((record) => record.kind === 'decision' && record.decision === 'deny');
    expect(denied).toMatchObject({ subject: 'cordon', method: 'POST', target: 'http://127.0.0.2:9/token' });
  });
});
