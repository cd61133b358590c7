import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientPreface, FLAG, FRAME, fieldBlock, frame, frameThat, headersFrame } from '../../support/http2-frames.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { RawConnection } from '../../support/raw-client.ts';
import { tlsThrough } from '../../support/tunnel-client.ts';
import { expectUntouched, recordedExchange } from './refused.ts';

const API = 'api.de.lab.example';
const NEVER = 'never.de.lab.example';
const RULES = ['{ id: germany, to: [api-de-lab-example, never-de-lab-example], paths: ["/open/**"], then: permit }'];

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: { [API]: { country: 'DE', tls: 'good' }, [NEVER]: { country: 'DE', tls: 'good' } },
    rules: RULES,
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

type Lines = readonly (readonly [string, string])[];

function request(path: string, more: Lines = [], name = NEVER): Lines {
  return [[':method', 'GET'], [':scheme', 'https'], [':path', path], [':authority', lab.authority(name)], ...more];
}

/** An HTTP/2 connection on which frames are written by hand. */
async function rawHttp2(name = NEVER): Promise<RawConnection> {
  const ca = await lab.gateway.caPem();
  const secure = await tlsThrough(lab.gateway.proxy, lab.authority(name), { ca, ALPNProtocols: ['h2'] });
  expect(secure.alpnProtocol).toBe('h2');
  const connection = new RawConnection(secure);
  connection.send(clientPreface());
  return connection;
}

/** The gateway still serves others. */
async function expectAlive(): Promise<void> {
  await using other = await lab.http2(API);
  expect((await other.request({ ':path': '/open/alive' })).status).toBe(200);
}

describe('HTTP/2 inside tunnels', () => {
  it('TLS-18 a client that speaks HTTP/2 alone is served under the same policy', async () => {
    await using client = await lab.http2(API);
    expect(await client.request({ ':path': '/open/a' })).toMatchObject({ status: 200 });
    const refused = await client.request({ ':path': '/closed' });
    expect([refused.status, JSON.parse(refused.content)]).toEqual([403, expect.objectContaining({ code: 'no_rule' })]);
    const { decision } = await recordedExchange(lab.gateway, String(refused.fields['cordon-exchange']));
    expect(decision).toMatchObject({ exchangeKind: 'intercepted', decision: 'deny', code: 'no_rule' });
    expect(lab.origin(API).requests.map(({ target }) => target)).toEqual(['/open/a']);
  });

  it('TLS-18 a protocol that is not HTTP is not chosen', async () => {
    const ca = await lab.gateway.caPem();
    await expect(tlsThrough(lab.gateway.proxy, lab.authority(NEVER), { ca, ALPNProtocols: ['imap', 'h3'] })).rejects.toThrow();
    expectUntouched(lab.origin(NEVER));
  });

  it('TLS-19 another :authority on the same connection: 421 for that stream alone', async () => {
    await using client = await lab.http2(API);
    const other = await client.request({ ':path': '/open/x', ':authority': lab.authority(NEVER) });
    expect([other.status, JSON.parse(other.content)]).toEqual([421, expect.objectContaining({ code: 'name_mismatch' })]);
    const { decision } = await recordedExchange(lab.gateway, String(other.fields['cordon-exchange']));
    expect(decision).toMatchObject({ decision: 'deny', code: 'name_mismatch', subject: 'lab' });
    expect((await client.request({ ':path': '/open/b' })).status).toBe(200);
    expectUntouched(lab.origin(NEVER));
  });

  it.each([
    ['transfer-encoding', [['transfer-encoding', 'chunked']]],
    ['connection', [['connection', 'close']]],
    ['an upper-case name', [['X-Upper', 'a']]],
    [
      'two content-lengths',
      [
        ['content-length', '5'],
        ['content-length', '6'],
      ],
    ],
    ['a content-length without content', [['content-length', '5']]],
    ['a Host that differs', [['host', 'evil.example']]],
    [
      'a pseudo-header field behind a regular one',
      [
        ['x-a', 'b'],
        [':path', '/open/y'],
      ],
    ],
    ['an unknown pseudo-header field', [[':cordon', 'x']]],
  ] as const)('TLS-20 %s: the stream ends in an error', async (_title, lines) => {
    await using connection = await rawHttp2();
    connection.send(headersFrame(1, request('/open/smuggled', lines)));
    const end = await frameThat(
      connection,
      ({ type, stream }) => (stream === 1 && type !== FRAME.data) || type === FRAME.goaway,
    );
    // Status 400 or 421 as an indexed or literal field, RST_STREAM, or GOAWAY: never 200 (index 8 of RFC 7541 appendix A).
    expect(end.type === FRAME.headers ? end.content[0] : 0).not.toBe(0x88);
    expectUntouched(lab.origin(NEVER));
  });

  // The HTTP/2 engine leaves a regular field out that cannot be one, and goes on (nghttp2_on_invalid_header_callback).
  it.each([
    ['CR and LF in a value', 'x-a', 'b\r\nx-smuggled: 1'],
    ['LF in a value', 'x-a', 'b\nx-smuggled: 1'],
    ['NUL in a value', 'x-a', 'b\0x-smuggled'],
    ['a colon in a name', 'x:smuggled', 'b'],
    ['a space in a name', 'x smuggled', 'b'],
    ['CR and LF in a name', 'x\r\nx-smuggled', 'b'],
  ])('TLS-20 %s: nothing of the field goes on', async (title, name, value) => {
    await using connection = await rawHttp2(API);
    const path = `/open/${encodeURIComponent(title)}`;
    connection.send(headersFrame(1, request(path, [[name, value]], API)));
    await frameThat(connection, ({ type, stream }) => stream === 1 && (type === FRAME.headers || type === FRAME.rstStream));
    const { received, requests } = lab.origin(API);
    expect(requests.filter(({ target }) => target === path).length).toBeLessThanOrEqual(1);
    expect(received).not.toMatch(/smuggled/);
  });

  it('TLS-20 a request line that would hold another one', async () => {
    for (const path of [
      '/open/x HTTP/1.1\r\nHost: evil.example',
      '/open/\0',
      '/open/ x',
      'http://evil.example/open/x',
      '*',
      '',
    ]) {
      await using connection = await rawHttp2();
      connection.send(headersFrame(1, request(path)));
      const end = await frameThat(
        connection,
        ({ type, stream }) => (stream === 1 && type !== FRAME.data) || type === FRAME.goaway,
      );
      expect(end.type === FRAME.headers ? end.content[0] : 0, path).not.toBe(0x88);
    }
    expectUntouched(lab.origin(NEVER));
  });
});

describe('floods of HTTP/2', () => {
  it('TLS-21 rapid reset: the connection is ended, the gateway lives', async () => {
    await using connection = await rawHttp2();
    const cancel = Buffer.from('00000008', 'hex');
    for (let i = 0; i < 3_000 && !connection.ended; i++) {
      const stream = 2 * i + 1;
      connection.send(headersFrame(stream, request('/closed')));
      connection.send(frame(FRAME.rstStream, 0, stream, cancel));
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await connection.rest();
    await expectAlive();
    expectUntouched(lab.origin(NEVER));
  });

  it('TLS-21 CONTINUATION without end: the connection is ended', async () => {
    await using connection = await rawHttp2();
    connection.send(headersFrame(1, request('/open/x'), 0));
    const more = fieldBlock(Array.from({ length: 100 }, (_, i) => [`x-${i}`, 'a'.repeat(100)] as const));
    for (let i = 0; i < 500 && !connection.ended; i++) connection.send(frame(FRAME.continuation, 0, 1, more));
    await connection.rest();
    await expectAlive();
    expectUntouched(lab.origin(NEVER));
  });

  it('TLS-21 more streams than are offered are refused, one by one', async () => {
    await using connection = await rawHttp2();
    const settings = await frameThat(connection, ({ type, flags }) => type === FRAME.settings && flags === 0);
    const offered = Array.from({ length: settings.content.length / 6 }, (_, i) => [
      settings.content.readUInt16BE(6 * i),
      settings.content.readUInt32BE(6 * i + 2),
    ]);
    // SETTINGS_MAX_CONCURRENT_STREAMS
    expect(new Map(offered as [number, number][]).get(3)).toBe(100);
    connection.send(frame(FRAME.settings, FLAG.ack, 0));
    // Without END_STREAM none of them ends by itself.
    const post = [
      [':method', 'POST'],
      [':scheme', 'https'],
      [':path', '/open/x'],
      [':authority', 'x.invalid'],
    ] as const;
    for (let i = 0; i < 150; i++) connection.send(headersFrame(2 * i + 1, post, FLAG.endHeaders));
    const refused = await frameThat(
      connection,
      ({ type, content }) => type === FRAME.goaway || (type === FRAME.rstStream && content.readUInt32BE(0) === 7),
    );
    expect([FRAME.goaway, FRAME.rstStream]).toContain(refused.type);
    await expectAlive();
    expectUntouched(lab.origin(NEVER));
  });
});
