import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa, type TestCa } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { startLab, type Lab } from '../support/lab.ts';
import { startWorkloadIssuer, WORKLOAD_SECRET } from '../support/workload-issuer.ts';

const PLAIN = 'plain.de.lab.example';
const AUDIENCE = 'https://cordon.acme.example';
const RULES = ['{ id: plain, to: [plain-de-lab-example], then: permit }'];
const MAIN = 'repo:acme/app:ref:refs/heads/main';
const FOREIGN = 'repo:acme-evil/app:ref:refs/heads/main';
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

const hasCurl = spawnSync('curl', ['--version']).error === undefined;

interface Exchanged {
  readonly status: number;
  readonly content: Readonly<Record<string, unknown>>;
}

const stack = new AsyncDisposableStack();
let lab: Lab;
let ca: TestCa;
let issuer: { port: number; running: AsyncDisposable };

const agentsOf = (port: number, subject: string): object[] => [
  { id: 'ci', home: 'eu', identify: [{ oidc: { issuer: `https://127.0.0.1:${port}`, subject } }] },
  { id: 'pods', home: 'eu', identify: [{ oidc: { issuer: 'https://127.0.0.1:1', subject: 'system:serviceaccount:*' } }] },
];

async function startIssuer(port: number): Promise<AsyncDisposable> {
  const tls = await ca.good('127.0.0.1');
  return await startWorkloadIssuer({ port, tls, audience: AUDIENCE, workloads: [MAIN, FOREIGN] });
}

beforeAll(async () => {
  if (!hasCurl) return;
  ca = await createTestCa('Issuers');
  const port = await freePort();
  issuer = { port, running: await startIssuer(port) };
  stack.defer(() => issuer.running[Symbol.asyncDispose]());
  const issuers = [{ issuer: `https://127.0.0.1:${port}`, place: 'US' }];
  lab = stack.use(
    await startLab({
      agents: agentsOf(port, 'repo:acme/*'),
      origins: { [PLAIN]: { country: 'DE' } },
      rules: RULES,
      settings: { node: { place: 'DE' }, 'token-exchange': { audience: AUDIENCE, lifetime: '30m', issuers } },
      gateway: { trust: [ca.pem, (await createTestCa('Another')).pem] },
    }),
  );
  await writeFile(join(lab.gateway.directory, 'issuers.pem'), ca.pem);
});
afterAll(() => stack.disposeAsync());

async function curl(...args: readonly string[]): Promise<Exchanged> {
  const { stdout } = await promisify(execFile)('curl', ['-s', '-w', '\n%{http_code}', ...args], {
    env: { PATH: process.env['PATH'] },
    timeout: 15_000,
  });
  const end = stdout.lastIndexOf('\n');
  const content = stdout.slice(0, end);
  return {
    status: Number(stdout.slice(end + 1)),
    content: content.startsWith('{') ? (JSON.parse(content) as object as Exchanged['content']) : { content },
  };
}

const form = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]);

/** What the platform gives to the workload, asked for as a job would. */
async function assertionOf(workload: string, audience = AUDIENCE): Promise<string> {
  const asked = { grant_type: 'client_credentials', client_id: workload, client_secret: WORKLOAD_SECRET, resource: audience };
  const url = `https://127.0.0.1:${issuer.port}/token`;
  const { status, content } = await curl('--cacert', join(lab.gateway.directory, 'issuers.pem'), ...form(asked), url);
  expect([status, content]).toMatchObject([200, { access_token: expect.stringMatching(/^ey/) as string }]);
  return String(content['access_token']);
}

function exchange(assertion: string, more: Readonly<Record<string, string>> = {}): Promise<Exchanged> {
  const asked = { grant_type: GRANT, subject_token: assertion, subject_token_type: JWT, ...more };
  return curl(...form(asked), `http://127.0.0.1:${lab.gateway.admin.port}/v1/token-exchange`);
}

async function tokenOf(workload: string, more?: Readonly<Record<string, string>>): Promise<string> {
  const { status, content } = await exchange(await assertionOf(workload), more);
  expect([status, content]).toMatchObject([200, {}]);
  return String(content['access_token']);
}

/** Status of a request to the origin with a token, through the proxy. */
async function use(token: string, user = 'ci'): Promise<number> {
  const proxy = `http://${user}:${token}@127.0.0.1:${lab.gateway.proxy.port}`;
  return (await curl('--noproxy', '', '-x', proxy, `http://${lab.authority(PLAIN)}/`)).status;
}

describe.skipIf(!hasCurl)('POST /v1/token-exchange, with curl', () => {
  it('gives a CI job a token of its agent, which passes the proxy, and says so on the record', async () => {
    const assertion = await assertionOf(MAIN);
    const { status, content } = await exchange(assertion);
    expect([status, content]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^cdn_[0-9a-f]{20}\.[\w-]{43}$/) as string,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 1800,
      },
    ]);
    const token = String(content['access_token']);
    expect(await use(token)).toBe(200);
    expect(await use(token, 'pods')).toBe(407);
    const id = token.slice('cdn_'.length, token.indexOf('.'));
    const records = await lab.gateway.records();
    expect(records.find((record) => record.kind === 'admin' && record.subject === `token:${id}`)).toMatchObject({
      action: 'token.exchanged',
      actor: `workload:https://127.0.0.1:${issuer.port} ${MAIN}`,
      details: { agent: 'ci', subject: MAIN, client: '127.0.0.1', jti: expect.any(String) as string },
    });
    const asked = records.filter((record) => record.kind === 'decision' && record.session === 'workload-keys');
    expect(asked).toMatchObject([
      {
        subject: 'cordon',
        method: 'GET',
        decision: 'permit',
        target: expect.stringContaining('openid-configuration') as string,
      },
      { subject: 'cordon', method: 'GET', decision: 'permit', transfer: { basis: 'public-data' } },
    ]);
    const written = await lab.gateway.everythingWritten();
    expect(written).not.toContain(token.slice(-43));
    expect(written).not.toContain(assertion.slice(-43));
  });

  it('takes an assertion once, also from many at the same time', async () => {
    const assertion = await assertionOf(MAIN);
    const all = await Promise.all(Array.from({ length: 5 }, () => exchange(assertion)));
    expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 400, 400, 400]);
    expect(all.find(({ status }) => status === 400)?.content).toEqual({
      error: 'invalid_request',
      error_description: 'The credential is not valid, or not any more',
    });
    const refused = await lab.gateway.waitForRecord(
      (record) => record.kind === 'admin' && record.action === 'credential.refused',
    );
    expect(refused).toMatchObject({
      client: '127.0.0.1',
      details: { reason: expect.stringContaining('exchanged before') as string },
    });
  });

  it('refuses whom no agent is, what is made out to others, and what is no assertion', async () => {
    expect((await exchange(await assertionOf(FOREIGN))).status).toBe(400);
    expect((await exchange(await assertionOf(MAIN, 'https://other.example'))).status).toBe(400);
    const [head = '', claims = ''] = (await assertionOf(MAIN)).split('.');
    expect((await exchange(`${head}.${claims}.`)).status).toBe(400);
    expect((await exchange('x'.repeat(17_000))).status).toBe(400);
    expect((await exchange('x'.repeat(70_000))).status).toBe(413);
  });

  it('asks for a form as RFC 8693 has it', async () => {
    const url = `http://127.0.0.1:${lab.gateway.admin.port}/v1/token-exchange`;
    const whole = { grant_type: GRANT, subject_token: 'a', subject_token_type: JWT };
    for (const [values, error] of [
      [{ ...whole, grant_type: 'client_credentials' }, 'unsupported_grant_type'],
      [{ ...whole, subject_token: '' }, 'invalid_request'],
      [{ ...whole, subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }, 'invalid_request'],
      [{ ...whole, requested_token_type: JWT }, 'invalid_request'],
      [{ ...whole, actor_token: 'b' }, 'invalid_request'],
      [{ ...whole, resource: 'https://api.example' }, 'invalid_target'],
      [{ ...whole, audience: 'https://other.example' }, 'invalid_target'],
      [{ ...whole, scope: 'admin' }, 'invalid_scope'],
    ] as const) {
      expect(await curl(...form(values), url)).toMatchObject({ status: 400, content: { error } });
    }
    expect(await curl(...form(whole), ...form({ subject_token: 'b' }), url)).toMatchObject({
      status: 400,
      content: { error: 'invalid_request' },
    });
    expect((await curl('-H', 'Content-Type: application/json', '-d', '{}', url)).status).toBe(400);
    // No other route takes a form, which a page of another site can send.
    expect((await curl(...form(whole), url.replace('token-exchange', 'sign-in'))).status).toBe(415);
  });

  it('binds a token to a session where that is asked for', async () => {
    const token = await tokenOf(MAIN, { scope: 'session:build-7' });
    expect([await use(token), await use(token, 'ci+build-7'), await use(token, 'ci+build-8')]).toEqual([200, 200, 407]);
  });

  it('gives one that ends when it is revoked', async () => {
    const token = await tokenOf(MAIN);
    const id = token.slice('cdn_'.length, token.indexOf('.'));
    const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
    expect((await lab.gateway.adminAsk(`/v1/tokens/${id}`, { method: 'DELETE', headers })).status).toBe(204);
    await expect.poll(() => use(token), { timeout: 1000 }).toBe(407);
  });

  it('gives one that ends when the policy knows the workload no more', async () => {
    const token = await tokenOf(MAIN);
    expect(await use(token)).toBe(200);
    const files = lab.policy(RULES);
    const text = files['lab.yaml'] ?? '';
    await lab.gateway.reload({ ...files, 'lab.yaml': text.replace('repo:acme/*', 'repo:acme/other:*') });
    expect(await use(token)).toBe(407);
    await lab.gateway.reload(files);
    expect(await use(token)).toBe(200);
  });

  it('serves with known keys while the issuer is down, and goes on with its new ones', async () => {
    const old = await assertionOf(MAIN);
    await issuer.running[Symbol.asyncDispose]();
    // Known keys still serve.
    expect((await exchange(old)).status).toBe(200);
    issuer.running = await startIssuer(issuer.port);
    const renewed = await assertionOf(MAIN);
    await expect.poll(async () => (await exchange(renewed)).status, { timeout: 15_000, interval: 3000 }).toBe(200);
  }, 30_000);
});
