import { describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../src/admin/access/permissions.ts';
import { ROLES } from '../../src/core/people/role.ts';
import { selfSigned } from '../support/certificates.ts';
import { admin } from './admin-client.ts';

const guarded = PERMISSIONS.filter(({ without }) => without === 'nobody');
const address = (path: string): string => path.replace(':id', '0123456789abcdef0123').replace(':hostOrIp', 'a.test');

describe('guard()', () => {
  it('every other route is for nobody without a credential', async () => {
    const { ask } = await admin();
    for (const { method, path } of guarded) {
      const { status, type, headers } = await ask(address(path), { method, as: null });
      expect([method, path, status, type, headers['www-authenticate']]).toEqual([
        method,
        path,
        401,
        'application/problem+json',
        'Bearer realm="cordon"',
      ]);
    }
  });

  it.each(ROLES)('every other route is for a person who is %s, or not, as its row says', async (role) => {
    const { ask } = await admin();
    for (const { method, path, roles } of guarded) {
      const { status, headers } = await ask(address(path), { method, as: role });
      const refusal = status === 403 ? headers['www-authenticate'] : status;
      const expected = 'Bearer realm="cordon", error="insufficient_scope"';
      if (roles.includes(role)) expect([method, path, [401, 403].includes(status)]).toEqual([method, path, false]);
      else expect([method, path, refusal]).toEqual([method, path, expected]);
    }
  });

  it.each(['Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer a b', 'Bearer a, Bearer b', 'token'])(
    'answers 401 to Authorization %j and repeats nothing of it',
    async (authorization) => {
      const { ask } = await admin();
      const answer = await ask('/v1/policy', { headers: { authorization } });
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([
        401,
        'Bearer realm="cordon", error="invalid_request"',
      ]);
      expect(answer.body).not.toContain('dXNlcjpwYXNz');
    },
  );

  it('refuses tokens that are forged, of agents, expired or revoked', async () => {
    const { ask, people } = await admin();
    const good = await people.put('anna@acme.example', { role: 'admin' });
    const short = await people.put('anna@acme.example', { role: 'admin' }, { ttl: 1000 });
    const revoked = await people.put('anna@acme.example', { role: 'admin' });
    const id = /_(\w+)\./.exec(revoked)?.[1] ?? '';
    const agent = JSON.parse((await ask('/v1/tokens', { as: 'admin', json: { agent: 'bot' } })).body) as { token: string };
    expect((await ask(`/v1/tokens/${id}`, { as: 'admin', method: 'DELETE' })).status).toBe(204);
    people.clock.advance(1000);
    const as = (token: string) => ask('/v1/tokens', { headers: { authorization: `Bearer ${token}` } });
    const forged = [
      good.slice(0, -1) + (good.endsWith('A') ? 'B' : 'A'),
      good.replace('cdp_', 'cdn_'),
      good.replace('cdp_', 'cds_'),
      agent.token,
      short,
      revoked,
    ];
    const answers = await Promise.all(forged.map(as));
    expect(answers.map(({ status }) => status)).toEqual(forged.map(() => 401));
    // They differ in nothing that whoever guesses could learn from.
    expect(new Set(answers.map(({ body, headers }) => body + String(headers['www-authenticate']))).size).toBe(1);
    expect((await as(good)).status).toBe(200);
  });

  it('ADM-06: bounds and slows credentials that do not verify, and lets good ones through meanwhile', async () => {
    const { ask, people } = await admin();
    const good = `Bearer ${await people.tokenFor('viewer')}`;
    const bad = `Bearer cdp_${'0'.repeat(20)}.${'x'.repeat(43)}`;
    const statuses: number[] = [];
    for (let i = 0; i < 30; i++) statuses.push((await ask('/v1/policy', { headers: { authorization: bad } })).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), ...Array.from({ length: 20 }, () => 429)]);
    expect((await ask('/v1/policy', { headers: { authorization: bad } })).headers['retry-after']).toBe('6');
    expect((await ask('/v1/policy', { headers: { authorization: good } })).status).toBe(200);
    people.clock.advance(6000);
    expect((await ask('/v1/policy', { headers: { authorization: bad } })).status).toBe(401);
    people.clock.advance(60_000);
    const refused = (await people.records()).filter(({ action }) => action === 'credential.refused');
    expect(refused).toMatchObject([
      {
        kind: 'admin',
        actor: 'unknown',
        client: '127.0.0.1',
        details: { reason: `No token ${'0'.repeat(20)} with this secret` },
      },
      { kind: 'admin', actor: 'unknown', client: '127.0.0.1', count: 31 },
    ]);
    expect(JSON.stringify(refused)).not.toContain('xxxx');
  });

  it('bounds how often one credential asks, and nobody else for it', async () => {
    const { ask, people } = await admin();
    const statuses: number[] = [];
    for (let i = 0; i < 121; i++) statuses.push((await ask('/v1/me', { as: 'viewer' })).status);
    expect(statuses).toEqual([...Array.from({ length: 120 }, () => 200), 429]);
    expect((await ask('/v1/me', { as: 'auditor' })).status).toBe(200);
    people.clock.advance(100);
    expect((await ask('/v1/me', { as: 'viewer' })).status).toBe(200);
  });

  it('answers 404 to what does not exist, whoever asks', async () => {
    const { ask } = await admin();
    expect((await ask('/v1/nothing', { as: null })).status).toBe(404);
    expect((await ask('/v1/tokens', { as: 'admin', method: 'PUT' })).status).toBe(404);
  });
});

describe('securityHeaders()', () => {
  it('ADM-02: go with every answer, refusals and defects included', async () => {
    const { ask } = await admin({
      tables: () => {
        throw new Error('x');
      },
    });
    for (const answer of [
      await ask('/healthz'),
      await ask('/v1/tables'),
      await ask('/v1/me', { as: null }),
      await ask('/no'),
    ]) {
      expect(answer.headers).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self'; style-src 'self';/) as string,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      expect(answer.headers['content-security-policy']).not.toMatch(/unsafe|\*/);
    }
  });

  it('go over TLS too', async () => {
    const { cert, key } = await selfSigned('admin.example');
    const { ask } = await admin({}, { tls: { certificate: cert, key } });
    expect((await ask('/healthz')).headers['x-frame-options']).toBe('DENY');
  });
});
