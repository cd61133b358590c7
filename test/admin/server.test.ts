import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAdmin } from '../../src/admin/server.ts';
import { fail, ok } from '../../src/core/result.ts';
import { selfSigned } from '../support/certificates.ts';
import { ManualClock } from '../support/clock.ts';
import { temporaryDirectory } from '../store/fixtures.ts';
import { admin, dependencies } from './admin-client.ts';
import { openPeople } from './people-fixture.ts';

/** A connection on which nothing is asked. */
async function idleConnection(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket.resume();
}

/** A stream of events that somebody known has open. */
async function openStream(port: number, token: string, isSecure: boolean): Promise<IncomingMessage> {
  const options = { host: '127.0.0.1', port, path: '/v1/events', headers: { authorization: `Bearer ${token}` } };
  const sent = isSecure ? secureRequest({ ...options, rejectUnauthorized: false }) : request(options);
  const [response] = (await once(sent.end(), 'response')) as [IncomingMessage];
  onTestFinished(() => void response.destroy());
  return response.resume();
}

describe('openAdmin()', () => {
  it('GET /healthz and /readyz give bare status to anyone', async () => {
    let ready = false;
    const { ask } = await admin({ ready: () => ready });
    const forwarded = {
      headers: { host: 'anything.example', 'x-forwarded-for': '203.0.113.1', origin: 'https://evil.example' },
    };
    expect(await ask('/healthz', forwarded)).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await ask('/readyz', forwarded)).toMatchObject({ status: 503, body: 'not ready\n' });
    ready = true;
    expect(await ask('/readyz', forwarded)).toMatchObject({ status: 200, body: 'ready\n' });
  });

  it.each(['without TLS', 'over TLS'])(
    'is there for people and probes however many idle connections somebody opens, %s',
    async (how) => {
      const { cert, key } = await selfSigned('admin.example');
      const { ask, port, people } = await admin({}, how === 'over TLS' ? { tls: { certificate: cert, key } } : {});
      const stream = await openStream(port, await people.tokenFor('viewer'), how === 'over TLS');
      const flood = await Promise.all(Array.from({ length: 300 }, () => idleConnection(port)));
      expect((await ask('/readyz')).status).toBe(200);
      expect((await ask('/v1/policy')).status).toBe(200);
      // Who is known and uses its connection keeps it; the oldest of the others made room.
      expect(stream.destroyed).toBe(false);
      await expect.poll(() => flood.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(256);
      expect(flood.at(-1)?.closed).toBe(false);
    },
  );

  it('GET /v1/policy shows what is in force and why the files are not', async () => {
    const inForce = { digest: 'sha256:aa', generation: 4, files: ['a.yaml'], errors: ['a.yaml:1:1: error: x'], warnings: [] };
    const { ask } = await admin({ policy: () => inForce });
    const answer = await ask('/v1/policy');
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, inForce]);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  it('POST /v1/policy/check gives every issue with file, line and column', async () => {
    const issue = {
      severity: 'error',
      file: 'a.yaml',
      line: 3,
      column: 5,
      path: 'rules[0].id',
      message: 'Found 1',
      hint: 'x',
    } as const;
    const { ask } = await admin({ check: ({ files }) => ({ ok: false, digest: files[0]?.text ?? '', issues: [issue] }) });
    const answer = await ask('/v1/policy/check', { json: { files: [{ name: 'a.yaml', text: 'the text' }] } });
    expect(JSON.parse(answer.body)).toEqual({ ok: false, digest: 'the text', issues: [issue] });
  });

  it('POST /v1/policy/explain passes the question on and the answer back whole', async () => {
    const answer = { decision: { effect: 'deny', code: 'no_rule' }, judgement: {}, rules: [], addresses: [], notes: ['n'] };
    const asked: unknown[] = [];
    const { ask } = await admin({
      explain: (question) => {
        asked.push(question);
        return Promise.resolve(ok(answer as never));
      },
    });
    const question = {
      agent: 'local',
      method: 'POST',
      url: 'https://a.test/',
      addresses: ['192.0.2.1'],
      type: 'text/plain',
      content: 'x',
    };
    expect(JSON.parse((await ask('/v1/policy/explain', { json: question })).body)).toEqual(answer);
    expect(asked).toEqual([question]);
  });

  it('POST /v1/policy/explain answers a question that makes no sense with 422', async () => {
    const { ask } = await admin({
      explain: () => Promise.resolve(fail('Found agent "x", expected one that the policy declares')),
    });
    const answer = await ask('/v1/policy/explain', { json: { agent: 'x', url: 'https://a.test/' } });
    expect(answer).toMatchObject({ status: 422, type: 'application/problem+json' });
    expect(JSON.parse(answer.body)).toMatchObject({
      status: 422,
      detail: 'Found agent "x", expected one that the policy declares',
    });
  });

  it('GET /v1/places/{host-or-ip} takes names, IPv4 and IPv6', async () => {
    const { ask } = await admin();
    for (const [path, host] of [
      ['a.test', 'a.test'],
      ['192.0.2.1', '192.0.2.1'],
      ['2001:db8::1', '2001:db8::1'],
      ['2001%3Adb8%3A%3A1', '2001:db8::1'],
    ]) {
      expect(JSON.parse((await ask(`/v1/places/${path}`)).body)).toMatchObject({ host });
    }
  });

  it.each([
    [{ files: [{ name: '../etc/passwd', text: '' }] }, '/files/0/name'],
    [{ files: [{ name: 'a.yaml', text: '', more: 1 }] }, '/files/0'],
    [{ files: 'a' }, '/files'],
    [{}, ''],
  ])('POST /v1/policy/check refuses %j and points at it', async (json, pointer) => {
    const { ask } = await admin();
    const answer = await ask('/v1/policy/check', { json });
    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect((JSON.parse(answer.body) as { errors: { pointer: string }[] }).errors[0]?.pointer).toBe(pointer);
  });

  it('openAdmin() bounds what a visitor can make it read', async () => {
    const { ask } = await admin();
    const large = { files: [{ name: 'a.yaml', text: '#'.repeat(2 * 1024 * 1024) }] };
    expect(await ask('/v1/policy/check', { json: large })).toMatchObject({ status: 413, type: 'application/problem+json' });
    expect(await ask('/v1/policy/check', { body: '{', headers: { 'content-type': 'application/json' } })).toMatchObject({
      status: 400,
    });
    expect(await ask(`/v1/places/${'a'.repeat(300)}`)).toMatchObject({ status: 414 });
  });

  it('openAdmin() bounds how often trials run, and lets them run again later', async () => {
    const clock = new ManualClock('2026-11-22T10:00:00Z');
    const { ask } = await admin({ clock });
    const trial = () => ask('/v1/policy/check', { json: { files: [] } });
    const statuses: number[] = [];
    for (let i = 0; i < 21; i++) statuses.push((await trial()).status);
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 429]);
    expect((await trial()).headers['retry-after']).toBe('1');
    clock.advance(200);
    expect((await trial()).status).toBe(200);
    expect((await trial()).status).toBe(429);
  });

  it('openAdmin() tells a visitor nothing about a defect, and the log everything', async () => {
    const defects: unknown[] = [];
    const { ask } = await admin({
      tables: () => {
        throw new Error('internal detail');
      },
      onDefect: (error) => void defects.push(error),
    });
    const answer = await ask('/v1/tables');
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('internal detail');
    expect(defects).toHaveLength(1);
  });

  it('openAdmin() answers what does not exist as a problem', async () => {
    const { ask } = await admin();
    expect(await ask('/v1/nothing')).toMatchObject({ status: 404, type: 'application/problem+json' });
  });

  it('openAdmin() names the setting when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    const people = await openPeople(temporaryDirectory(), new ManualClock('2026-11-22T10:00:00Z'));
    const opened = await openAdmin({ address: { host: '127.0.0.1', port }, dependencies: dependencies(people) });
    expect(opened).toEqual({ ok: false, failure: `listen.admin: Cannot listen on 127.0.0.1 port ${port}: the port is in use` });
  });

  it('openAdmin() refuses a certificate that is none', async () => {
    const people = await openPeople(temporaryDirectory(), new ManualClock('2026-11-22T10:00:00Z'));
    const opened = await openAdmin({
      address: { host: '127.0.0.1', port: 0 },
      dependencies: dependencies(people),
      tls: { certificate: 'x', key: 'y' },
    });
    expect(opened.ok).toBe(false);
  });
});

describe('guard()', () => {
  it.each([
    'attacker.example',
    'attacker.example:3129',
    '127.0.0.1.attacker.example',
    '127.0.0.1@attacker.example',
    '0x7f000001',
    '2130706433',
  ])('ADM-03: guard() answers 421 to Host %j', async (host) => {
    const { ask } = await admin();
    expect(await ask('/v1/policy', { headers: { host } })).toMatchObject({ status: 421, type: 'application/problem+json' });
    expect((await ask('/metrics', { headers: { host } })).status).toBe(421);
  });

  it.each(['127.0.0.1', 'localhost', 'LOCALHOST:80', '[::1]:3129', '127.1.2.3:1'])(
    'ADM-03: guard() takes Host %s for its own',
    async (host) => {
      const { ask } = await admin();
      expect((await ask('/v1/policy', { headers: { host } })).status).toBe(200);
    },
  );

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'http://localhost:9999' },
  ])('ADM-01: guard() refuses what another site makes a browser send: %j', async (headers) => {
    const { ask } = await admin();
    expect((await ask('/v1/policy/check', { json: { files: [] }, headers })).status).toBe(403);
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
    'ADM-01: openAdmin() takes no %s',
    async (type) => {
      const { ask } = await admin();
      expect((await ask('/v1/policy/check', { body: '{"files":[]}', headers: { 'content-type': type } })).status).toBe(415);
    },
  );

  it.each(['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via', 'x-real-ip', 'x-forwarded-anything'])(
    'guard() shows no metrics without a token to what came with %s',
    async (name) => {
      const { ask } = await admin();
      expect((await ask('/metrics', { as: null, headers: { [name]: '127.0.0.1' } })).status).toBe(401);
      expect((await ask('/metrics', { headers: { [name]: '127.0.0.1' } })).status).toBe(200);
    },
  );

  it('guard() shows metrics to a program on this machine', async () => {
    const { ask } = await admin();
    expect(await ask('/metrics', { as: null })).toMatchObject({
      status: 200,
      type: 'text/plain; version=0.0.4',
      body: 'cordon_connections 0\n',
    });
  });

  it('guard() takes the names of its certificate for its own', async () => {
    const { cert, key } = await selfSigned('admin.example');
    const { ask } = await admin({}, { tls: { certificate: cert, key } });
    expect((await ask('/v1/policy', { headers: { host: 'admin.example:3129' } })).status).toBe(200);
    // No credential is worth anything under a name that is not loopback: another machine may be behind it.
    expect((await ask('/metrics', { as: null, headers: { host: 'admin.example:3129' } })).status).toBe(401);
    expect((await ask('/v1/policy', { headers: { host: 'other.example' } })).status).toBe(421);
    expect((await ask('/v1/policy')).status).toBe(200);
  });

  it('guard() goes by the names of a certificate that took the place of another, which is shown as well', async () => {
    const { cert, key } = await selfSigned('admin.example');
    const { ask, port, renewTls } = await admin({}, { tls: { certificate: cert, key } });
    const other = await selfSigned('other.example');
    renewTls({ certificate: other.cert, key: other.key });
    expect((await ask('/v1/policy', { headers: { host: 'other.example' } })).status).toBe(200);
    expect((await ask('/v1/policy', { headers: { host: 'admin.example' } })).status).toBe(421);
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    expect(socket.getPeerCertificate().fingerprint256).toBe(new X509Certificate(other.cert).fingerprint256);
  });
});
