import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type Gateway } from '../../support/gateway.ts';
import { cordonProcess } from '../../cli/cordon.ts';

const RULES = `cordon: 1
agents: [{ id: bot, home: eu, identify: [{ token: true }], owners: [anna@acme.example] }]
`;
const SITE = 'https://attacker.example';

let gateway: Gateway;
let token: string;

beforeAll(async () => {
  gateway = await startGateway({ rules: RULES });
  const file = join(gateway.directory, 'data/admin-token');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(gateway.stdout + gateway.stderr).not.toContain((await readFile(file, 'utf8')).trim());
  token = await gateway.adminToken();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

async function signIn(): Promise<{ cookie: string; csrf: string }> {
  const { content, headers } = await gateway.adminAsk('/v1/sign-in', { json: { token } });
  const [line = ''] = headers['set-cookie'] ?? [];
  return { cookie: line.split(';', 1)[0] ?? '', csrf: (content as { session: { csrf: string } }).session.csrf };
}

describe('the admin API of a running gateway', () => {
  it('used up the token of the first start, and removed its file', async () => {
    await expect.poll(() => gateway.stdout).toContain('First start: the admin token in ');
    await expect.poll(() => existsSync(join(gateway.directory, 'data/admin-token'))).toBe(false);
    const { content } = await gateway.adminGet('/v1/tokens');
    const { items } = content as { items: { state: string; mintedBy: string }[] };
    expect(items).toMatchObject([
      { state: 'valid', role: 'admin', person: 'admin@lab.example', mintedBy: expect.stringMatching(/^local:/) as string },
      { state: 'used', role: 'admin', mintedBy: 'cordon', person: expect.stringMatching(/^local:/) as string },
    ]);
  });

  it('ADM-01: a form, a script or a frame of another site does nothing with the cookie of an admin', async () => {
    const { cookie, csrf } = await signIn();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const attempts = [
      { origin: SITE, 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
      { 'sec-fetch-site': 'same-site' },
      { origin: SITE, ...form },
      form,
      {},
    ];
    for (const headers of attempts) {
      const { status } = await gateway.adminAsk('/v1/tokens', { json: { agent: 'bot' }, headers: { cookie, ...headers } });
      expect([403, 415]).toContain(status);
    }
    const cross = { cookie, 'cordon-csrf': csrf, origin: SITE };
    expect((await gateway.adminAsk('/v1/tokens', { json: { agent: 'bot' }, headers: cross })).status).toBe(403);
    const { content } = await gateway.adminGet('/v1/tokens');
    expect((content as { items: { agent?: string }[] }).items.filter(({ agent }) => agent === 'bot')).toEqual([]);
  });

  it('ADM-03: a name that an attacker resolves to loopback is not answered, with or without a credential', async () => {
    for (const headers of [{}, bearer(token)]) {
      const host = `attacker.example:${gateway.admin.port}`;
      expect((await gateway.adminAsk('/v1/policy', { headers: { ...headers, host } })).status).toBe(421);
      expect((await gateway.adminAsk('/v1/sign-in', { json: { token }, headers: { host } })).status).toBe(421);
    }
  });

  it('ADM-04: does not start in the clear where others can reach it', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(import.meta.dirname, '../../../scripts/cordon.mjs'), 'serve', '--set', 'listen.admin=0.0.0.0:3129'],
      { cwd: gateway.directory, encoding: 'utf8', env: { PATH: process.env['PATH'] } },
    );
    expect([status, stderr]).toEqual([2, expect.stringContaining('Found 0.0.0.0:3129 without tls')]);
  });

  it('ADM-04: answers nothing of what is for people without a credential', async () => {
    for (const path of ['/v1/policy', '/v1/tokens', '/v1/me', '/v1/tables', '/v1/places/a.test'])
      expect((await gateway.adminAsk(path)).status).toBe(401);
  });

  it('ADM-06: a session is worth nothing after signing out, and a planted one never', async () => {
    const planted = `cordon-session=cds_${'0'.repeat(20)}.${'0'.repeat(43)}`;
    const answer = await gateway.adminAsk('/v1/sign-in', { json: { token }, headers: { cookie: planted } });
    const [line = ''] = answer.headers['set-cookie'] ?? [];
    expect(line).not.toContain(planted);
    const { cookie, csrf } = await signIn();
    expect((await gateway.adminAsk('/v1/me', { headers: { cookie } })).status).toBe(200);
    const out = await gateway.adminAsk('/v1/sign-out', { method: 'POST', headers: { cookie, 'cordon-csrf': csrf } });
    expect(out.status).toBe(204);
    expect((await gateway.adminAsk('/v1/me', { headers: { cookie } })).status).toBe(401);
  });

  it('ADM-06: a token revoked on the machine is refused within a second, with its sessions', async () => {
    const config = ['--config', join(gateway.directory, 'cordon.yaml')];
    const minting = ['token', 'mint', '--role', 'viewer', '--person', 'vera@acme.example', ...config];
    const { out, err, code } = await cordonProcess(minting, gateway.directory);
    expect([code, err]).toEqual([0, '']);
    const own = out.trim();
    expect((await gateway.adminAsk('/v1/me', { headers: bearer(own) })).status).toBe(200);
    const { headers } = await gateway.adminAsk('/v1/sign-in', { json: { token: own } });
    const cookie = headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    expect((await cordonProcess(['token', 'revoke', own, ...config], gateway.directory)).code).toBe(0);
    expect((await gateway.adminAsk('/v1/me', { headers: bearer(own) })).status).toBe(401);
    expect((await gateway.adminAsk('/v1/me', { headers: { cookie } })).status).toBe(401);
  });

  it('a break-glass token is told of with each use, opens no session, and is made on the machine alone', async () => {
    const config = ['--config', join(gateway.directory, 'cordon.yaml')];
    const minting = ['token', 'mint', '--break-glass', '--person', 'eva@acme.example', '--reason', 'IdP is down', ...config];
    const { out, err, code } = await cordonProcess(minting, gateway.directory);
    expect([code, err]).toEqual([0, '']);
    const own = out.trim();
    const { content } = await gateway.adminAsk('/v1/tokens', { headers: bearer(own) });
    const item = (content as { items: Record<string, unknown>[] }).items.find(({ breakGlass }) => breakGlass === 'IdP is down');
    expect(item).toMatchObject({ person: 'eva@acme.example', role: 'admin', state: 'valid' });
    const lasts = Date.parse(String(item?.['expiresAt'])) - Date.parse(String(item?.['createdAt']));
    expect(lasts).toBe(15 * 60_000);
    // An admin decides nothing, in an emergency neither; that it was tried counts all the same.
    expect((await gateway.adminAsk('/v1/approvals/x/decision', { json: {}, headers: bearer(own) })).status).toBe(403);
    expect((await gateway.adminAsk('/v1/sign-in', { json: { token: own } })).status).toBe(403);
    const used = (await gateway.records()).filter((record) => record.kind === 'admin' && record.action === 'break-glass.used');
    const byEva = { actor: 'eva@acme.example', credential: `token:${String(item?.['id'])}`, alarm: 'break-glass-used' };
    expect(used).toMatchObject(
      ['GET /v1/tokens', 'POST /v1/approvals/:id/decision', 'POST /v1/sign-in'].map((asked) => ({
        ...byEva,
        details: { asked, why: 'IdP is down' },
      })),
    );
    expect((await gateway.adminAsk('/metrics')).content).toContain('cordon_alarms_total{alarm="break-glass-used"} 3');
    expect(gateway.stderr.match(/"alarm":"break-glass-used"/g)).toHaveLength(3);
    const minted = (await gateway.records()).find((record) => record.kind === 'admin' && record.alarm === 'break-glass-minted');
    expect(minted).toMatchObject({ actor: expect.stringMatching(/^local:/) as string, details: { why: 'IdP is down' } });
    const byApi = { person: 'eva@acme.example', role: 'admin', breakGlass: 'for ever' };
    expect((await gateway.adminAsk('/v1/tokens', { json: byApi, headers: bearer(token) })).status).toBe(400);
  });

  it('puts what people do on the record, with who and what, and no secret', async () => {
    await gateway.waitForRecord((record) => record.kind === 'admin' && record.action === 'session.ended');
    const records = (await gateway.records()).filter((record) => record.kind === 'admin');
    const minted = records.filter((record) => record.kind === 'admin' && record.action === 'token.minted');
    const local = expect.stringMatching(/^local:/) as string;
    const byApi = { role: 'admin', client: '127.0.0.1', credential: expect.stringMatching(/^token:/) as string };
    // Those of the command line are in a chain of their own.
    expect(minted).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ actor: 'cordon' }),
        expect.objectContaining({ actor: local, ...byApi }),
        expect.objectContaining({ actor: local, details: expect.objectContaining({ person: 'vera@acme.example' }) as object }),
      ]),
    );
    expect(JSON.stringify(records)).not.toContain(token.slice(-43));
  });
});
