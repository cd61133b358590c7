import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { ServerHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa } from '../../support/certificates.ts';
import { echoStream, http2Handler } from '../../support/http2-origin-handler.ts';
import { startLab, type Lab, type LabOriginOptions } from '../../support/lab.ts';
import { recordedExchange } from '../attacks/refused.ts';

const API = 'api.de.lab.example';
const BOTH = 'both.de.lab.example';
const OLD = 'old.de.lab.example';
const SLOW = 'slow.de.lab.example';
const FEW = 'few.de.lab.example';
const TRAILERS = 'trailers.de.lab.example';
const READING = 'reading.de.lab.example';
const BACK = 'back.de.lab.example';
const KEYED = 'keyed.de.lab.example';
const MASKED = 'masked.de.lab.example';
const NAMES = [API, BOTH, OLD, SLOW, FEW, TRAILERS, READING, BACK];

let lab: Lab;
/** Streams that an origin leaves to the test. */
const open: ServerHttp2Stream[] = [];

beforeAll(async () => {
  const ca = await createTestCa('Trusted root');
  const origin = async (
    name: string,
    handler?: LabOriginOptions['handler'],
    alpn: readonly string[] = ['h2'],
  ): Promise<LabOriginOptions> => ({
    country: 'DE',
    tls: { ...(await ca.good(name)), alpn },
    ...(handler !== undefined && { handler }),
  });
  const leave = http2Handler((stream) => void open.push(stream));
  lab = await startLab({
    origins: {
      [API]: await origin(API, http2Handler(echoStream)),
      [BOTH]: await origin(BOTH, undefined, ['http/1.1']),
      [OLD]: await origin(OLD, undefined, []),
      [SLOW]: await origin(SLOW, leave),
      [FEW]: await origin(
        FEW,
        http2Handler((stream) => void setTimeout(() => respond(stream), 30), { maxConcurrentStreams: 3 }),
      ),
      [TRAILERS]: await origin(TRAILERS, http2Handler(withTrailers)),
      [READING]: await origin(READING, leave),
      [BACK]: await origin(BACK, leave),
      [KEYED]: await origin(KEYED, http2Handler(echoStream)),
      [MASKED]: await origin(MASKED, http2Handler(echoStream)),
    },
    rules: `cordon: 1
credentials:
  - { id: key, for: [keyed-de-lab-example], inject: { bearer: true } }
rules:
  - { id: all, to: [${NAMES.map((name) => name.replaceAll('.', '-')).join()}], then: permit }
  - { id: keyed, to: [keyed-de-lab-example], then: permit, credential: key }
  - { id: masked, to: [masked-de-lab-example], then: permit, mask: { request: { entities: [pii], as: redact } } }
`,
    settings: { secrets: { provider: 'environment' } },
    gateway: { trust: [ca.pem], environment: { CORDON_SECRET_KEY: 'a-secret-of-the-gateway' } },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** Tells what trailers it got, and sends some of its own. */
function withTrailers(stream: ServerHttp2Stream): void {
  stream.additionalHeaders({ ':status': 103, link: '</a.css>; rel=preload' });
  const told: unknown[] = [];
  stream.on('trailers', (fields) => told.push(fields));
  stream.resume().once('end', () => {
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    // Two lines of a field that has one value: Node would throw where nobody catches it.
    stream.once('wantTrailers', () => stream.sendTrailers({ 'x-sum': ['1', '2'], etag: ['"a"', '"b"'] as never }));
    stream.end(JSON.stringify(told));
  });
}

function respond(stream: ServerHttp2Stream): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': 200 });
  stream.end('x');
}

interface Echo {
  readonly method: string;
  readonly raw: readonly string[];
  readonly content: string;
}

function linesOf({ raw }: Echo): readonly (readonly [string, string])[] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1]!] as const] : []));
}

describe('an origin that offers h2', () => {
  it('is asked over HTTP/2 for what came over HTTP/1.1 and HTTP/2, on one connection', async () => {
    await using http1 = await lab.https(API);
    http1.send(
      `POST /a?b=1 HTTP/1.1\r\nHost: ${lab.authority(API)}\r\nX-One: 1\r\nX-One: 2\r\nCookie: a=1\r\nConnection: close, X-Gone\r\nX-Gone: 1\r\nKeep-Alive: 1\r\nTE: trailers, deflate\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    );
    const answer = await http1.response('POST');
    expect(answer.status).toBe(200);
    const echo = JSON.parse(answer.content.toString()) as Echo;
    expect([echo.method, echo.content]).toEqual(['POST', 'abc']);
    const lines = linesOf(echo);
    expect(lines.slice(0, 8)).toEqual([
      [':method', 'POST'],
      [':scheme', 'https'],
      [':authority', lab.authority(API)],
      [':path', '/a?b=1'],
      ['x-one', '1'],
      ['x-one', '2'],
      ['cookie', 'a=1'],
      ['te', 'trailers'],
    ]);
    // RFC 9113 §8.2.2, §8.3.1: nothing of the connection, and one name.
    expect(lines.map(([name]) => name)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(?:host|connection|keep-alive|transfer-encoding|x-gone|upgrade)$/)]),
    );
    await using http2 = await lab.http2(API);
    const second = await http2.request({ ':path': '/2', ':method': 'PUT' }, 'zwei');
    expect([second.status, (JSON.parse(second.content) as Echo).content]).toEqual([200, 'zwei']);
    expect(lab.origin(API).connections.length).toBe(1);
  });

  it('is asked over HTTP/2 by curl', async ({ skip }) => {
    if (spawnSync('curl', ['--version']).error !== undefined) skip('curl is not installed');
    const ca = join(lab.gateway.directory, 'curl-ca.pem');
    await writeFile(ca, await lab.gateway.caPem());
    const { address, port } = lab.gateway.proxy;
    const args = [
      '-sS',
      '--http2',
      '--proxy',
      `http://${address}:${port}`,
      '--cacert',
      ca,
      '-d',
      'from curl',
      '-w',
      '\n%{http_version}',
    ];
    const { stdout } = await promisify(execFile)('curl', [...args, `https://${lab.authority(API)}/`]);
    const [content = '', version] = stdout.split('\n');
    expect([(JSON.parse(content) as Echo).content, version]).toEqual(['from curl', '2']);
  });

  it('gets the credential of a rule with each stream, and content that is masked', async () => {
    await using keyed = await lab.http2(KEYED);
    const answers = await Promise.all(
      ['/1', '/2'].map((path) => keyed.request({ ':path': path, authorization: 'Bearer of-the-agent' })),
    );
    const told = answers.map(({ content }) =>
      linesOf(JSON.parse(content) as Echo).filter(([name]) => name === 'authorization'),
    );
    // It comes back scrubbed.
    expect(told).toEqual([[['authorization', 'Bearer REDACTED_SECRET']], [['authorization', 'Bearer REDACTED_SECRET']]]);
    await using masked = await lab.http2(MASKED);
    const asked = { ':path': '/', ':method': 'POST', 'content-type': 'application/json', 'content-length': '28' };
    const { content } = await masked.request(asked, '{"mail":"anna@example.org" }');
    const echo = JSON.parse(content) as Echo;
    expect(echo.content).toBe('{"mail":"REDACTED_EMAIL" }');
    expect(linesOf(echo)).toContainEqual(['content-length', String(echo.content.length)]);
  });

  it('a hundred requests at once share one connection', async () => {
    await using client = await lab.http2(API);
    const before = lab.origin(API).connections.length;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => client.request({ ':path': `/${i}`, ':method': 'POST' }, `content ${i}`)),
    );
    expect(answers.map(({ content }) => (JSON.parse(content) as Echo).content)).toEqual(
      Array.from({ length: 100 }, (_, i) => `content ${i}`),
    );
    expect(lab.origin(API).connections.length - before).toBeLessThanOrEqual(1);
  });

  it('and takes few streams at once gets no more of them', async () => {
    await using client = await lab.http2(FEW);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.request({ ':path': '/' })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  it('connections are not shared between names, whatever their certificate says', async () => {
    await using one = await lab.http2(API);
    await using other = await lab.http2(SLOW);
    const before = lab.origin(SLOW).connections.length;
    void other.request({ ':path': '/' });
    await one.request({ ':path': '/' });
    await expect.poll(() => open.length).toBe(1);
    respond(open.pop() as ServerHttp2Stream);
    expect(lab.origin(SLOW).connections.length).toBe(before + 1);
  });

  it('a client that leaves cancels its stream alone', async () => {
    await using client = await lab.http2(SLOW);
    const stays = client.request({ ':path': '/stays' });
    await expect.poll(() => open.length).toBe(1);
    const leaving = client.session.request({ ':path': '/leaves', ':authority': lab.authority(SLOW) });
    leaving.on('error', () => {});
    await expect.poll(() => open.length).toBe(2);
    const left = open.pop() as ServerHttp2Stream;
    leaving.close(8);
    await once(left, 'close');
    expect(left.rstCode).toBe(8);
    respond(open.pop() as ServerHttp2Stream);
    expect((await stays).status).toBe(200);
  });

  it('interim answers and trailers pass both ways', async () => {
    await using client = await lab.http2(TRAILERS);
    const stream = client.session.request(
      { ':path': '/', ':method': 'POST', ':authority': lab.authority(TRAILERS), te: 'trailers' },
      { waitForTrailers: true },
    );
    stream.once('wantTrailers', () => stream.sendTrailers({ 'x-sent': '1', authorization: 'no', host: 'no' }));
    stream.end('abc');
    const interim = once(stream, 'headers');
    const trailers = once(stream, 'trailers');
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    expect((await interim)[0]).toMatchObject({ ':status': 103, link: '</a.css>; rel=preload' });
    expect((await trailers)[0]).toMatchObject({ 'x-sum': '1, 2' });
    expect(JSON.parse(text)).toEqual([{ 'x-sent': '1' }]);
  });

  it('answers early and the rest of the content is not waited for', async () => {
    await using client = await lab.http2(SLOW);
    const stream = client.session.request({ ':path': '/', ':method': 'POST', ':authority': lab.authority(SLOW) });
    stream.on('error', () => {});
    stream.write('some');
    await expect.poll(() => open.length).toBe(1);
    const [answered] = [once(stream, 'response')];
    const origin = open.pop() as ServerHttp2Stream;
    const closed = once(origin, 'close');
    respond(origin);
    expect((await answered)[0]).toMatchObject({ ':status': 200 });
    await once(stream.resume(), 'end');
    await closed;
    // It has answered, so nothing of it was cancelled.
    expect(origin.rstCode).toBe(0);
  });
});

describe('an origin that does not offer h2', () => {
  it.each([OLD, BOTH])('is asked over HTTP/1.1 (%s)', async (name) => {
    await using client = await lab.http2(name);
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, i) => client.request({ ':path': '/', ':method': 'POST' }, `content ${i}`)),
    );
    expect(answers.map(({ content }) => (JSON.parse(content) as Echo).content)).toEqual(
      Array.from({ length: 4 }, (_, i) => `content ${i}`),
    );
    expect(lab.origin(name).connections.length).toBeLessThanOrEqual(4);
    const before = lab.origin(name).connections.length;
    await client.request({ ':path': '/' });
    expect(lab.origin(name).connections.length).toBe(before);
  });
});

describe('back-pressure over HTTP/2', () => {
  const MiB = 1024 * 1024;

  it('an origin whose window stays shut stops the client', async () => {
    await using client = await lab.http2(READING);
    const stream = client.session.request({ ':path': '/', ':method': 'POST', ':authority': lab.authority(READING) });
    stream.on('error', () => {});
    let written = 0;
    const write = (): void => {
      while (written < 64 && stream.write(Buffer.alloc(MiB))) written += 1;
      written += 1;
    };
    stream.on('drain', write);
    write();
    await expect.poll(() => open.length).toBe(1);
    const { bytesReceived } = lab.origin(READING);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(lab.origin(READING).bytesReceived - bytesReceived).toBeLessThan(MiB);
    expect(written).toBeLessThan(8);
    const origin = open.pop() as ServerHttp2Stream;
    let read = 0;
    origin.on('data', (chunk: Buffer) => (read += chunk.length));
    await expect.poll(() => read, { timeout: 15_000 }).toBeGreaterThan(4 * MiB);
    stream.close();
  });

  it('a client that does not read stops the origin', async () => {
    await using client = await lab.http2(BACK);
    const stream = client.session.request({ ':path': '/', ':authority': lab.authority(BACK) });
    await expect.poll(() => open.length).toBe(1);
    const origin = open.pop() as ServerHttp2Stream;
    origin.respond({ ':status': 200 });
    let sent = 0;
    const write = (): void => {
      while (sent < 64 && origin.write(Buffer.alloc(MiB))) sent += 1;
      sent += 1;
    };
    origin.on('drain', write);
    write();
    await once(stream, 'response');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sent).toBeLessThan(8);
    let read = 0;
    stream.on('data', (chunk: Buffer) => (read += chunk.length));
    await expect.poll(() => read, { timeout: 15_000 }).toBeGreaterThan(8 * MiB);
    stream.close();
  });
});

describe('a change of policy', () => {
  it('cuts streams that are now denied, and what is asked next takes another connection', async () => {
    await using client = await lab.http2(SLOW);
    const cut = client.request({ ':path': '/cut' });
    await expect.poll(() => open.length).toBe(1);
    const origin = open.pop() as ServerHttp2Stream;
    const names = [API, SLOW].map((name) => name.replaceAll('.', '-')).join();
    const closed = once(origin, 'close');
    await lab.gateway.reload(lab.policy([`{ id: fewer, to: [${names}], paths: ['/other'], then: permit }`]));
    await closed;
    const answer = await cut;
    expect(answer.status).toBe(403);
    const { outcome } = await recordedExchange(lab.gateway, String(answer.fields['cordon-exchange']));
    expect(outcome.code).toBe('no_rule');
    const before = lab.origin(API).connections.length;
    await using again = await lab.http2(API);
    expect((await again.request({ ':path': '/other' })).status).toBe(200);
    expect(lab.origin(API).connections.length).toBe(before + 1);
  });
});
