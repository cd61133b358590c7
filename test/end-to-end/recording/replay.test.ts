import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cordonProcess } from '../../cli/cordon.ts';
import { response, serverSentEvents } from '../../support/origin-scripts.ts';
import type { Script } from '../../support/origin.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { RawConnection } from '../../support/raw-client.ts';
import { deleteContentKeys, recordedContent } from '../../support/recorded-content.ts';
import { clientSays, pointedAt, startReplay } from '../../support/replay.ts';
import { http2Through, httpsThrough, openTunnel } from '../../support/tunnel-client.ts';
import { ask, EMAIL } from '../masking/ask.ts';

const API = 'api.de.lab.example';
const PLAIN = 'plain.de.lab.example';
const STREAM = 'stream.de.lab.example';
const LONG = 'long.de.lab.example';
const QUIET = 'quiet.de.lab.example';
const OPAQUE = 'opaque.de.lab.example';
const THERE = 'api.us.lab.example';
const id = (name: string): string => name.replaceAll('.', '-');
const HAS_CURL = spawnSync('curl', ['--version']).status === 0;

/** No two answers are the same, so that a test can tell which one it got. */
const counting = (): Script => {
  let count = 0;
  return ({ method, target, connection }) => {
    count += 1;
    const content = gzipSync(JSON.stringify({ count, method, target, owner: EMAIL }));
    const head = `HTTP/1.1 ${count === 3 ? '201 Created' : '200 OK'}\r\nContent-Type: application/json\r\nX-Count: ${count}\r\n`;
    const coded = `${head}Content-Encoding: gzip\r\nETag: "${count}"\r\nContent-Length: ${content.length}\r\n\r\n`;
    connection.socket.write(method === 'HEAD' ? coded : Buffer.concat([Buffer.from(coded), content]));
  };
};

const EVENTS = ['one', 'two', 'three'];
/** Longer than the 100 ms for which a piece of the record waits for company. */
const BETWEEN_EVENTS = 250;

/** What a real agent asks for: two alike, one that differs in its query alone, a POST, a stream, and what is refused. */
const AGENT = `
const [api, stream, there] = process.argv.slice(1);
const ask = async (url, options) => {
  const answer = await fetch(url, options).catch((error) => error);
  if (answer instanceof Error) return String(answer.cause ?? answer);
  return [answer.status, answer.headers.get('x-count'), answer.headers.get('cordon-exchange'), await answer.text()];
};
const said = [];
for (const query of ['a', 'b']) said.push(await ask(api + '/models?key=' + query));
said.push(await ask(api + '/chat', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' }));
said.push(await ask(api + '/models?key=c&page=2'), await ask(api + '/denied'), await ask(stream + '/events'));
said.push(await ask(there + '/models'));
console.log(JSON.stringify(said));
`;

let lab: Lab;
let environment: Record<string, string>;
let session: string;
/** What the agent was answered by the gateway. */
let original: readonly unknown[];

const url = (name: string, path = ''): string => `https://${lab.authority(name)}${path}`;

async function runAgent(env: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  const args = ['--input-type=module', '-e', AGENT, url(API), url(STREAM), url(THERE)];
  const { code, out } = await clientSays(process.execPath, args, env);
  expect(code).toBe(0);
  return JSON.parse(out) as readonly unknown[];
}

const asked = (): number =>
  [API, PLAIN, STREAM, LONG, QUIET, OPAQUE].reduce((sum, name) => sum + lab.origin(name).requests.length, 0);

beforeAll(async () => {
  const origin = (handler: Script, tls: 'good' | undefined) => ({ country: 'DE', handler, ...(tls && { tls }) }) as const;
  lab = await startLab({
    origins: {
      [API]: origin(counting(), 'good'),
      [PLAIN]: origin(counting(), undefined),
      [STREAM]: origin(serverSentEvents(EVENTS, BETWEEN_EVENTS), 'good'),
      [LONG]: origin(response('200 OK', 'a line of text\n'.repeat(1000), ['Content-Type: text/plain']), 'good'),
      [QUIET]: origin(response('200 OK', 'fine', ['Content-Type: text/plain']), 'good'),
      [OPAQUE]: origin(response('200 OK', 'fine', ['Content-Type: text/plain']), 'good'),
      [THERE]: { country: 'US', tls: 'good' },
    },
    rules: [
      `{ id: recorded, to: [${[API, PLAIN, STREAM, LONG].map(id).join()}], then: permit, record: content }`,
      `{ id: no-such, to: [${id(API)}], paths: ["/denied"], then: deny }`,
      `{ id: quiet, to: [${id(QUIET)}], then: permit }`,
      `{ id: opaque, to: [${id(OPAQUE)}], then: permit, inspect: false }`,
    ],
    settings: { recordings: { 'content-limit': '4KiB' } },
  });
  const { directory } = lab.gateway;
  const printed = await cordonProcess(['env', '--agent', 'lab', '--config', 'cordon.yaml', '--json'], directory);
  environment = { ...(JSON.parse(printed.out) as Record<string, string>), PATH: process.env['PATH'] ?? '' };
  original = await runAgent(environment);
  await ask(lab, PLAIN, { method: 'GET', target: `/of/${EMAIL}?key=1` });
  await ask(lab, PLAIN, { method: 'HEAD', target: '/head' });
  for (const name of [LONG, QUIET, OPAQUE]) {
    await using client = name === OPAQUE ? await opaque() : await lab.https(name);
    client.send(`GET / HTTP/1.1\r\nHost: ${lab.authority(name)}\r\nConnection: close\r\n\r\n`);
    await client.response();
  }
  await allEnded();
  const decision = (await lab.gateway.records()).find((record) => record.kind === 'decision');
  session = (decision as { readonly session?: string }).session ?? '';
}, 30_000);
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** Waits until all that was asked for is on the record to its end. */
async function allEnded(): Promise<void> {
  const decisions = (await lab.gateway.records()).filter((record) => record.kind === 'decision');
  for (const { exchange } of decisions)
    await lab.gateway.waitForRecord((record) => record.kind === 'outcome' && record.exchange === exchange);
}

/** In a tunnel that is not looked into the certificate is that of the origin. */
function opaque(): Promise<RawConnection> {
  return httpsThrough(lab.gateway.proxy, lab.authority(OPAQUE), { ca: lab.ca.pem });
}

const masked = (text: string): string => text.replaceAll(EMAIL, 'REDACTED_EMAIL');

describe('cordon sessions replay', () => {
  it('answers an agent as it was answered, masked and in order, and sends nothing', async () => {
    const before = asked();
    await using replay = await startReplay(lab.gateway.directory, session);
    const again = await runAgent(pointedAt(environment, replay.proxy));
    expect(again).toEqual(JSON.parse(masked(JSON.stringify(original))));
    expect(again).toMatchObject([
      [200, '1', null, expect.stringContaining('REDACTED')],
      [200, '2', null, expect.stringContaining('"count":2')],
      [201, '3', null, expect.stringContaining('"method":"POST"')],
      [200, '4', null, expect.stringContaining('"count":4')],
      [403, null, expect.any(String), expect.stringContaining('"code":"denied_by_rule"')],
      [200, null, null, EVENTS.map((event) => `data: ${event}\n\n`).join('')],
      expect.any(String),
    ]);
    expect(asked()).toBe(before);
    expect(replay.proxy.address).toBe('127.0.0.1');
    const { code, err } = await replay.end();
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/^cordon: 7 answered, 0 without an answer, \d+ recorded ones not asked/),
    ]);
  });

  it.skipIf(!HAS_CURL)('answers curl, by both versions of HTTP, and refuses a CONNECT as it was refused', async () => {
    await using replay = await startReplay(lab.gateway.directory, session);
    const env = pointedAt(environment, replay.proxy);
    const shown = ['-sS', '-w', '|%{http_code}|%{http_connect}|%header{content-encoding}'];
    const first = await clientSays('curl', [...shown, '--http1.1', url(API, '/models?key=x')], env);
    const second = await clientSays('curl', [...shown, '--http2', url(API, '/models?key=y')], env);
    expect([first.out, second.out]).toEqual([
      expect.stringMatching(/"count":1.*\|200\|200\|$/),
      expect.stringMatching(/"count":2.*\|200\|200\|$/),
    ]);
    expect((await clientSays('curl', ['-i', ...shown, url(THERE, '/models')], env)).out).toMatch(
      /^HTTP\/1\.1 403 no_rule\r\n[^]*\|000\|403\|$/,
    );
  });

  it('answers plain requests by path and names in the query, and HEAD with the fields of what it did not send', async () => {
    await using replay = await startReplay(lab.gateway.directory, session);
    await using client = await RawConnection.open(replay.proxy);
    const authority = lab.authority(PLAIN);
    client.send(`GET http://${authority}/of/${EMAIL}?key=2 HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    const answer = await client.response();
    expect([answer.status, answer.field('x-count'), answer.field('content-length')]).toEqual([
      200,
      '1',
      `${answer.content.length}`,
    ]);
    expect(answer.content.toString()).toMatch(/^\{"count":1,.*REDACTED.*\}$/);
    client.send(`HEAD http://${authority}/head HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    const head = await client.response('HEAD');
    expect([head.status, head.field('x-count'), head.field('content-encoding')]).toEqual([200, '2', 'gzip']);
  });

  it('says what was asked for when it is used up, or was never recorded', async () => {
    await using replay = await startReplay(lab.gateway.directory, session);
    await using client = await http2Through(replay.proxy, lab.authority(API), { ca: await lab.gateway.caPem() });
    const path = '/models?key=1&page=3';
    expect((await client.request({ ':path': path })).status).toBe(200);
    const problem = async (target: string): Promise<unknown> => {
      const { status, content } = await client.request({ ':path': target });
      return { of: status, ...(JSON.parse(content) as object) };
    };
    expect(await problem(path)).toMatchObject({
      of: 404,
      code: 'not_recorded',
      reason: `GET ${url(API, '/models?key&page')}: Found 1 of them in the session, and 0 left`,
    });
    expect(await problem('/models')).toMatchObject({
      of: 404,
      reason: `GET ${url(API, '/models')}: Found 0 of them in the session`,
    });
    const { code, err } = await replay.end();
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^cordon: no answer: GET [^]*\ncordon: 1 answered, 2 without an answer, \d+ recorded/),
    ]);
  });

  it('refuses a CONNECT once more where none is left, and with --repeat-last as it was', async () => {
    const refused = async (flags: readonly string[]): Promise<readonly string[]> => {
      await using replay = await startReplay(lab.gateway.directory, session, flags);
      const codes: string[] = [];
      for (let i = 0; i < 2; i += 1) {
        await using tunnel = await openTunnel(replay.proxy, lab.authority(THERE));
        codes.push((JSON.parse(tunnel.answer.content.toString()) as { readonly code: string }).code);
      }
      return codes;
    };
    expect(await refused([])).toEqual(['no_rule', 'not_recorded']);
    expect(await refused(['--repeat-last'])).toEqual(['no_rule', 'no_rule']);
  });

  it('says why the record does not hold an answer', async () => {
    await using replay = await startReplay(lab.gateway.directory, session);
    const reasons: string[] = [];
    for (const name of [LONG, QUIET, OPAQUE]) {
      await using client = await httpsThrough(replay.proxy, lab.authority(name), { ca: await lab.gateway.caPem() });
      client.send(`GET / HTTP/1.1\r\nHost: ${lab.authority(name)}\r\n\r\n`);
      const { status, content } = await client.response();
      expect(status).toBe(404);
      reasons.push((JSON.parse(content.toString()) as { readonly reason: string }).reason);
    }
    expect(reasons).toEqual([
      expect.stringMatching(/: It is longer than recordings\.content-limit lets be recorded$/),
      expect.stringMatching(/: No rule had the content of this exchange recorded \(`record: content`\)$/),
      expect.stringMatching(/: Found a tunnel to it in the session that was not looked into \(`inspect: false`\)$/),
    ]);
  });

  it('plays a stream at its own pace with --pace', async () => {
    const texts = (await recordedContent(lab.gateway)).filter(({ text }) => text.startsWith('data: '));
    const [first, second] = texts;
    await using replay = await startReplay(lab.gateway.directory, session, ['--pace']);
    const { proxy } = replay;
    await using client = await httpsThrough(proxy, lab.authority(STREAM), { ca: await lab.gateway.caPem() });
    client.send(`GET /events HTTP/1.1\r\nHost: ${lab.authority(STREAM)}\r\n\r\n`);
    await client.until('data: one');
    const one = performance.now();
    await client.until('data: two');
    const between = performance.now() - one;
    // What a client sees of the first one may be late, never early: half of the gap is left where nothing waited.
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(BETWEEN_EVENTS / 2);
    expect(between).toBeGreaterThan((second!.at - first!.at) / 2);
  });

  it('is on the record as an export is', async () => {
    const before = (await lab.gateway.records()).length;
    await using replay = await startReplay(lab.gateway.directory, session);
    await using client = await RawConnection.open(replay.proxy);
    const authority = lab.authority(PLAIN);
    client.send(`GET http://${authority}/of/${EMAIL}?key=2 HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    await client.response();
    await replay.end();
    const details = { format: 'replay', content: 'masked', sessions: [session] };
    const exports = (await lab.gateway.records()).filter((each) => each.kind === 'admin' && each.action.startsWith('records.'));
    expect((await lab.gateway.records()).length).toBeGreaterThanOrEqual(before + 2);
    expect(exports.slice(-2)).toMatchObject([
      { actor: expect.stringMatching(/^local:/), action: 'records.exported', details },
      { action: 'records.export-ended', details: { ...details, count: 1, contents: 1 } },
    ]);
  });

  it.each([
    [['s1', '--serve', '70000'], 2, '--serve: Found "70000", expected a port from 0 (any that is free) to 65535'],
    [['no-such', '--serve', '0'], 1, 'Found no exchanges of "no-such"'],
    [['s1'], 2, "required option '--serve <port>' not specified"],
  ])('says with %j what is wrong', async (args, code, sentence) => {
    const ended = await cordonProcess(['sessions', 'replay', ...args], lab.gateway.directory);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(sentence)]);
  });

  it('cannot give what was shredded, even while it runs', async () => {
    await using replay = await startReplay(lab.gateway.directory, session, ['--repeat-last']);
    const answered = async (): Promise<string> => {
      await using client = await RawConnection.open(replay.proxy);
      const authority = lab.authority(PLAIN);
      client.send(`GET http://${authority}/of/${EMAIL}?key=2 HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
      return (await client.response()).content.toString();
    };
    expect(await answered()).toContain('"count":1');
    await deleteContentKeys(lab.gateway, session);
    expect(await answered()).toMatch(/"code":"not_recorded".*The content key \S+ was deleted/);
  });
});
