import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import type { RawResponse } from '../../support/raw-client.ts';
import { linesOf, verified } from '../../support/record-files.ts';
import { openTunnel } from '../../support/tunnel-client.ts';
import { attempt, nextClient } from './attempts.ts';
import { expectRefused, expectUntouched, recordedFrom } from './refused.ts';

const PLAIN = 'plain.de.lab.example';
const SECURE = 'secure.de.lab.example';
const OPAQUE = 'opaque.de.lab.example';
const FORBIDDEN = 'plain.us.lab.example';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    agents: [{ id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.98.0/24', '127.0.0.1/32'] }] }],
    origins: {
      [PLAIN]: { country: 'DE' },
      [SECURE]: { country: 'DE', tls: 'good' },
      [OPAQUE]: { country: 'DE', tls: 'good' },
      [FORBIDDEN]: { country: 'US' },
    },
    rules: [
      '{ id: germany, to: [plain-de-lab-example, secure-de-lab-example], then: permit }',
      '{ id: opaque, to: [opaque-de-lab-example], inspect: false, then: permit }',
      '{ id: america, to: [plain-us-lab-example], then: permit }',
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

async function everythingWritten({ gateway }: Lab = lab): Promise<string> {
  return await gateway.everythingWritten();
}

async function send(bytes: string, from = nextClient()): Promise<RawResponse> {
  await using client = await lab.connect(from);
  client.send(bytes);
  return await client.response();
}

const get = (path: string, ...fields: string[]): string =>
  `${[`GET http://${lab.authority(PLAIN)}${path} HTTP/1.1`, `Host: ${lab.authority(PLAIN)}`, ...fields].join('\r\n')}\r\n\r\n`;

describe('what a client writes into the record', () => {
  const UTF8_LINE_SEPARATOR = '\xe2\x80\xa8';

  it.each([
    ['ANSI escapes in the target', () => get('/\x1b[2J\x1b[31mred')],
    ['a line separator in the target', () => get(`/${UTF8_LINE_SEPARATOR}{"kind":"decision"}`)],
    ['a line of its own in the target', () => get('/a\n{"kind":"decision","decision":"permit"}')],
    ['ANSI escapes in the method', () => 'G\x1b[2JT http://x/ HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['ANSI escapes in a CONNECT', () => 'CONNECT a\x1b[2J:443 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['quotes and braces in a CONNECT', () => 'CONNECT a"}\\u000a{:443 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['ANSI escapes in Host', () => `GET http://${lab.authority(PLAIN)}/ HTTP/1.1\r\nHost: a\x1b[2J\r\n\r\n`],
    ['a session name of several lines', () => get('/', 'Cordon-Session: a\x85{"kind":"decision"}')],
    ['8 KB of session name', () => get('/', `Cordon-Session: ${'a'.repeat(8_000)}`)],
  ])('AUD-01 stays text: %s', async (_title, bytes) => {
    await expectRefused(lab.gateway, await send(bytes()), { status: 400, code: 'malformed_request' });
  });

  it('AUD-01 a user agent of 1 MB is refused, one of 8 KB is not recorded', async () => {
    await expectRefused(lab.gateway, await send(get('/', `User-Agent: ${'u'.repeat(1_000_000)}`)), {
      status: 431,
      code: 'header_too_large',
    });
    expect((await send(get('/agent', `User-Agent: ${'\x1b[2J'.repeat(2_000)}`))).status).toBe(400);
    expect((await send(get('/agent', `User-Agent: ${'u'.repeat(8_000)}`))).status).toBe(200);
  });

  it('AUD-01 a path of 8 KB is cut in the record', async () => {
    const from = nextClient();
    expect((await send(get(`/${'%1b'.repeat(2_500)}`), from)).status).toBe(200);
    const { decision } = await recordedFrom(lab.gateway, from);
    expect(decision.target?.length).toBeLessThan(4_200);
  });

  it('AUD-01 leaves every line of record and log one line of printable ASCII', async () => {
    const directory = join(lab.gateway.directory, 'data/recordings');
    const lines = (await readdir(directory)).flatMap((writer) => linesOf(join(directory, writer)));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toMatch(/^[\x20-\x7e]+$/);
      expect(() => JSON.parse(line) as unknown).not.toThrow();
    }
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(1 << 18);
    expect(lab.gateway.stderr).not.toContain('\x1b[2J');
  });

  it.each(['../../x', '..%2f..%2fx', '/etc/x', 'a/b', 'C:\\x'])('AUD-08 the session name %s is refused', async (name) => {
    await expectRefused(lab.gateway, await send(get('/', `Cordon-Session: ${name}`)), {
      status: 400,
      code: 'malformed_request',
    });
  });

  it.each(['..', '.', 'con', 'a.seg'])('AUD-08 the session name %s is no part of an id or a file', async (name) => {
    const from = nextClient();
    expect((await send(get('/', `Cordon-Session: ${name}`), from)).status).toBe(200);
    const { decision } = await recordedFrom(lab.gateway, from);
    expect(decision.session).toMatch(/^n-[0-9a-f]{32}$/);
    expect(lab.origin(PLAIN).received.toLowerCase()).not.toContain('cordon-session');
  });
});

describe('every connection that says something', () => {
  const denied = [
    ['a parse error', 'NONSENSE\r\n\r\n', 'malformed_request'],
    ['half a request', 'GET http://', 'malformed_request'],
    ['TLS to the proxy port', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'malformed_request'],
    ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'malformed_request'],
    ['SOCKS', '\x05\x01\x00', 'malformed_request'],
  ] as const;

  it.each(denied)('AUD-02 leaves a decision and an outcome: %s', async (_title, bytes, code) => {
    const from = nextClient();
    await using client = await lab.connect(from);
    client.send(bytes);
    client.finish();
    await client.rest();
    const { decision, outcome } = await recordedFrom(lab.gateway, from);
    expect([decision.decision, decision.code, outcome.code]).toEqual(['deny', code, code]);
  });

  it('AUD-02 leaves a decision and an outcome: half a request, then a RST', async () => {
    const from = nextClient();
    await using client = await lab.connect(from);
    client.send('GET http://');
    await pause(50);
    client.socket.resetAndDestroy();
    const { decision, outcome } = await recordedFrom(lab.gateway, from);
    expect([decision.decision, decision.code, outcome.code]).toEqual(['deny', 'malformed_request', 'malformed_request']);
  });

  it('AUD-02 leaves a decision and an outcome: a connection that said nothing', async () => {
    const from = nextClient();
    await using client = await lab.connect(from);
    client.finish();
    await client.rest();
    const { decision, outcome } = await recordedFrom(lab.gateway, from);
    expect(decision).toMatchObject({
      decision: 'deny',
      code: 'malformed_request',
      reason: expect.stringContaining('without a request') as string,
    });
    expect(outcome.status).toBeUndefined();
  });

  it.each(['absolute-form', 'CONNECT'] as const)('AUD-02 leaves a decision and an outcome: a refused %s', async (way) => {
    const from = nextClient();
    const answer = await attempt(lab, way, lab.authority(FORBIDDEN), from);
    const { decision } = await expectRefused(lab.gateway, answer, { status: 403, code: 'outside_home' });
    expect(decision).toMatchObject({ subject: 'lab', client: from, home: 'eu' });
    expectUntouched(lab.origin(FORBIDDEN));
  });

  it.each(['absolute-form', 'CONNECT'] as const)('AUD-02 leaves a decision and an outcome: an unidentified %s', async (way) => {
    const answer = await attempt(lab, way, lab.authority(PLAIN), '127.0.96.1');
    await expectRefused(lab.gateway, answer, { status: 407, code: 'unidentified' });
  });

  it.each([
    ['bytes that are no TLS', SECURE, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', /protocol_not_allowed|malformed_request/],
    ['half a ClientHello', SECURE, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /malformed_request/],
    ['nothing', SECURE, '', /malformed_request/],
    ['bytes that are no TLS, opaque', OPAQUE, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', /protocol_not_allowed/],
    ['half a ClientHello, opaque', OPAQUE, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /protocol_not_allowed/],
    ['nothing, opaque', OPAQUE, '', /protocol_not_allowed/],
  ])('AUD-02 leaves a decision and an outcome: a tunnel with %s', async (_title, name, bytes, code) => {
    const from = nextClient();
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(name), { from });
    expect(tunnel.answer.status).toBe(200);
    tunnel.connection.send(bytes);
    tunnel.connection.finish();
    await tunnel.connection.rest();
    const { decision, outcome } = await recordedFrom(lab.gateway, from, 'connect');
    expect(decision.decision).toBe('permit');
    expect(outcome.code).toMatch(code);
    expectUntouched(lab.origin(name));
  });

  it('AUD-02 leaves a decision and an outcome: what the gateway answers for itself', async () => {
    const from = nextClient();
    await send('GET http://cordon.internal/whoami HTTP/1.1\r\nHost: cordon.internal\r\n\r\n', from);
    const { outcome } = await recordedFrom(lab.gateway, from);
    expect(outcome.status).toBe(200);
  });

  it('AUD-02 leaves no decision without an outcome', async () => {
    await pause(100);
    const records = await lab.gateway.records();
    const ended = new Set(records.filter((each) => each.kind === 'outcome').map(({ exchange }) => exchange));
    expect(records.filter((each) => each.kind === 'decision' && !ended.has(each.exchange))).toEqual([]);
  });
});

describe('secrets', () => {
  it('AUD-03 are in no file and no line of the log', async () => {
    await using client = await lab.https(SECURE, { from: nextClient() });
    const fields = [
      'Authorization: Bearer sk-own-5ecret',
      'Cookie: session=c00kie-5ecret',
      'X-Api-Key: key-5ecret',
      'Content-Length: 13',
    ];
    const target = '/v1?token=query-5ecret&access_key=other-5ecret';
    client.send(`POST ${target} HTTP/1.1\r\nHost: ${lab.authority(SECURE)}\r\n${fields.join('\r\n')}\r\n\r\nbody-5ecret-x`);
    expect((await client.response('POST')).status).toBe(200);
    await send(get('/denied', 'Proxy-Authorization: Basic dXNlcjo1ZWNyZXQ='));
    await send(
      `GET http://${lab.authority(FORBIDDEN)}/?q=refused-5ecret HTTP/1.1\r\nHost: ${lab.authority(FORBIDDEN)}\r\n\r\n`,
    );
    await send(`GET http://user:user-5ecret@${lab.authority(PLAIN)}/ HTTP/1.1\r\nHost: ${lab.authority(PLAIN)}\r\n\r\n`);
    await pause(100);
    const written = await everythingWritten();
    expect(written.includes('/v1?token&access_key')).toBe(true);
    expect(written.match(/.{0,200}(?:5ecret|dXNlcjo1ZWNyZXQ)/g) ?? []).toEqual([]);
  });
});

describe('the chain', () => {
  it('AUD-06 counts without a gap while the clock steps back, which its times do not', async () => {
    // The wall clock of this process alone steps, at a signal.
    const stepping = 'let step=0;const now=Date.now;Date.now=()=>now()-step;process.on("SIGUSR2",()=>{step=86400000});';
    await using other = await startLab({
      origins: { [PLAIN]: { country: 'DE' } },
      rules: ['{ id: germany, to: [plain-de-lab-example], then: permit }'],
      gateway: { environment: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(stepping)}` } },
    });
    await attempt(other, 'absolute-form', other.authority(PLAIN));
    other.gateway.signal('SIGUSR2');
    await pause(50);
    await attempt(other, 'absolute-form', other.authority(PLAIN));
    await pause(50);
    const records = await other.gateway.records();
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_, i) => i));
    const times = records.map(({ time }) => Date.parse(time));
    expect(times.filter((time, i) => i > 0 && time < times[i - 1]!)).toEqual([]);
    await expect.poll(() => other.gateway.stderr, { timeout: 5_000 }).toContain('The clock of this machine was set back');
    expect(
      records.filter(({ kind }) => kind === 'outcome').every((each) => each.kind === 'outcome' && each.timing.total >= 0),
    ).toBe(true);
    await other.gateway.stop();
    const [writer = ''] = await readdir(join(other.gateway.directory, 'data/recordings'));
    expect(await verified(join(other.gateway.directory, 'data/recordings', writer))).toMatchObject({ ok: true });
  });

  const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

  it.skipIf(!hasPrlimit)('AUD-05 nothing leaves while it cannot be written', async () => {
    await using other = await startLab({
      origins: { [PLAIN]: { country: 'DE' } },
      rules: ['{ id: germany, to: [plain-de-lab-example], then: permit }'],
    });
    expect((await attempt(other, 'absolute-form', other.authority(PLAIN))).status).toBe(200);
    const before = other.origin(PLAIN).bytesReceived;
    // As a full disk: every write that would make a file longer fails.
    const limitFiles = (bytes: string): number | null =>
      spawnSync('prlimit', ['--pid', String(other.gateway.pid), `--fsize=${bytes}:unlimited`]).status;
    expect(limitFiles('1')).toBe(0);
    for (const way of ['absolute-form', 'absolute-form', 'CONNECT'] as const) {
      const answer = await attempt(other, way, other.authority(PLAIN));
      expect([answer.status, (JSON.parse(answer.content.toString()) as { code: string }).code]).toEqual([
        503,
        'audit_unavailable',
      ]);
    }
    expect(other.origin(PLAIN).bytesReceived).toBe(before);
    expect(limitFiles('unlimited')).toBe(0);
    expect((await attempt(other, 'absolute-form', other.authority(PLAIN))).status).toBe(200);
    expect((await other.gateway.records()).map(({ kind }) => kind)).toContain('gap');
  });
});
