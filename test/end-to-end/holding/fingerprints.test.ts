import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import type { OriginRequest } from '../../support/origin.ts';
import { fieldOf, parrot } from '../masking/ask.ts';
import { People } from './people.ts';

// Which requests people are asked about together, and which apart (contract §4.1.11). What an approval is bound to by the rule,
// and what Connection takes away from it, is in bound-fields.test.ts.

const HELD = 'held.de.lab.example';
const SECURE = 'secure.de.lab.example';
const ASYNC = 'Cordon-Prefer: respond-async';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: { [HELD]: { country: 'DE', handler: parrot }, [SECURE]: { country: 'DE', tls: 'good', handler: parrot } },
    rules: [
      '{ id: held, to: [held-de-lab-example, secure-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s, fields: [x-dry-run], grant: { max: 1h } } }',
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

interface Sent {
  readonly method?: string;
  /** `@` is the authority. */
  readonly target?: string;
  /** Content-Length is added to content that says no other framing. */
  readonly fields?: readonly string[];
  readonly content?: string | Uint8Array;
}

async function send({ method = 'POST', target = '/x', fields = [], content = '' }: Sent) {
  await using client = await lab.connect();
  const authority = lab.authority(HELD);
  const url = target.startsWith('/') ? `http://${authority}${target}` : target.replace('@', authority);
  const lines = [`${method} ${url} HTTP/1.1`, `Host: ${new URL(url).host}`, ...fields, ASYNC];
  const bytes = Buffer.from(content);
  if (bytes.length > 0 && !fields.includes(CHUNKED)) lines.push(`Content-Length: ${bytes.length}`);
  client.send(`${lines.join('\r\n')}\r\n\r\n`);
  client.send(bytes);
  return await client.response(method);
}

/** The approval that a request waits for. */
async function approvalOf(sent: Sent): Promise<string> {
  const { status, content } = await send(sent);
  expect(status).toBe(503);
  return idIn(content);
}

function idIn(content: Uint8Array | string): string {
  return (JSON.parse(Buffer.from(content).toString()) as { approval: string }).approval;
}

const JSON_TYPE = 'Content-Type: application/json';
const TEXT_TYPE = 'Content-Type: text/plain';
const CHUNKED = 'Transfer-Encoding: chunked';
const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
const json = (content: string | Uint8Array, ...fields: string[]): Sent => ({ content, fields: [JSON_TYPE, ...fields] });
const form = (boundary: string, ...parts: readonly string[]): Sent => ({
  fields: [`Content-Type: multipart/form-data; boundary=${boundary}`],
  content: `${parts.map((part) => `--${boundary}\r\nContent-Disposition: form-data; name="${part}"\r\n\r\n${part}\r\n`).join('')}--${boundary}--\r\n`,
});
const at = (target: string): Sent => ({ target });

/** Pairs that an origin may read differently. */
const APART: Readonly<Record<string, readonly [Sent, Sent]>> = {
  'a WebSocket and a GET': [
    { method: 'GET', target: '/ws' },
    { method: 'GET', target: '/ws', fields: HANDSHAKE },
  ],
  'what a WebSocket speaks': [
    { method: 'GET', target: '/ws', fields: [...HANDSHAKE, 'Sec-WebSocket-Protocol: read'] },
    { method: 'GET', target: '/ws', fields: [...HANDSHAKE, 'Sec-WebSocket-Protocol: write'] },
  ],
  'a letter of the query that is escaped': [at('/x?a=%62'), at('/x?a=b')],
  'the case of an escape': [at('/x?a=%2f'), at('/x?a=%2F')],
  'a plus and a space': [at('/x?a=+'), at('/x?a=%20')],
  'a query of nothing': [at('/x?'), at('/x')],
  'the order in the query': [at('/x?a=1&a=2'), at('/x?a=2&a=1')],
  'a parameter twice': [at('/x?a=1'), at('/x?a=1&a=1')],
  'a letter of the path that is escaped': [at('/%78'), at('/x')],
  'a path with dots in it': [at('/y/../x'), at('/x')],
  'two slashes': [at('//x'), at('/x')],
  'a parameter of the path': [at('/x;a'), at('/x')],
  'the case of the path': [at('/X'), at('/x')],
  'the order of a bound field': [
    { fields: ['X-Dry-Run: yes', 'X-Dry-Run: no'] },
    { fields: ['X-Dry-Run: no', 'X-Dry-Run: yes'] },
  ],
  'two lines of a bound field and one': [{ fields: ['X-Dry-Run: yes', 'X-Dry-Run: no'] }, { fields: ['X-Dry-Run: yes, no'] }],
  'a bound field without a value and none': [{ fields: ['X-Dry-Run:'] }, {}],
  'the case of a bound value': [{ fields: ['X-Dry-Run: Yes'] }, { fields: ['X-Dry-Run: yes'] }],
  'a coding and none': [json(gzipSync('{}'), 'Content-Encoding: gzip'), json('{}')],
  'a coding that is not said': [json(gzipSync('{}'), 'Content-Encoding: gzip'), json(gzipSync('{}'))],
  'two codings of the same': [
    json(gzipSync('{}'), 'Content-Encoding: gzip'),
    json(brotliCompressSync('{}'), 'Content-Encoding: br'),
  ],
  'a coding as CGI reads it': [json(gzipSync('{}'), 'Content_Encoding: gzip'), json(gzipSync('{}'))],
  'a media type as CGI reads it': [json('{}', 'Content_Type: text/xml'), json('{}')],
  'the order of two media types': [json('{}', TEXT_TYPE), { content: '{}', fields: [TEXT_TYPE, JSON_TYPE] }],
  'a parameter of the media type': [{ content: '{}', fields: [`${JSON_TYPE}; charset=utf-16`] }, json('{}')],
  'the media type of nothing': [json(''), { fields: [TEXT_TYPE] }],
  'the order of members': [json('{"a":1,"b":2}'), json('{"b":2,"a":1}')],
  'a member twice': [json('{"a":1}'), json('{"a":2,"a":1}')],
  'the order of parts': [form('b', 'one', 'two'), form('b', 'two', 'one')],
  'a part less': [form('b', 'one', 'two'), form('b', 'one')],
  'a part twice': [form('b', 'one', 'one'), form('b', 'one')],
  'the boundary of one within the other': [form('bc', 'one'), { ...form('b', 'one'), content: form('bc', 'one').content! }],
};

/** Pairs that leave as the same request. */
const TOGETHER: Readonly<Record<string, readonly [Sent, Sent]>> = {
  'a length and chunks': [json('{}'), json('1\r\n{\r\n1;a=b\r\n}\r\n0\r\n\r\n', CHUNKED)],
  'trailers, which do not leave': [json('{}'), json('2\r\n{}\r\n0\r\nX-Dry-Run: no\r\n\r\n', 'Trailer: x-dry-run', CHUNKED)],
  'white space round a bound value, and the case of its name': [
    { fields: ['X-Dry-Run:  yes '] },
    { fields: ['x-dry-run: yes'] },
  ],
  'the case of the host': [at('/x'), { target: 'http://@/x'.replace('@', 'HELD.DE.LAB.EXAMPLE:PORT') }],
  'a boundary that is called otherwise': [form('b', 'one', 'two'), form('xyz', 'one', 'two')],
  'asking whether to go on': [json('{}'), json('{}', 'Expect: 100-continue')],
};

describe('two requests are asked about', () => {
  it('APPR-01 apart where an origin may read them differently', async () => {
    for (const [what, [one, other]] of Object.entries(APART)) {
      const ids = [await approvalOf(one), await approvalOf(other)];
      expect([what, new Set(ids).size]).toEqual([what, 2]);
      // Each attaches to its own.
      expect([what, await approvalOf(one), await approvalOf(other)]).toEqual([what, ...ids]);
    }
  });

  it('together where the same request leaves, whichever of them is sent again', async () => {
    const people = await People.of(lab);
    const port = lab.authority(HELD).split(':')[1]!;
    /** What leaves under an approval that one of a pair was given. */
    const leaving = async (asked: Sent, again: Sent): Promise<unknown> => {
      const id = await approvalOf(asked);
      await people.decide({ id: id as never }, 'approve');
      expect((await send(again)).status).toBe(200);
      return meaning(lab.origin(HELD).requests.at(-1)!);
    };
    for (const [what, pair] of Object.entries(TOGETHER)) {
      const [one, other] = pair.map((sent): Sent =>
        sent.target === undefined ? sent : { ...sent, target: sent.target.replace('PORT', port) },
      ) as [Sent, Sent];
      const target = `/${what.replaceAll(/[^a-z]/g, '-')}`;
      const own = (sent: Sent): Sent => ({ ...sent, target: sent.target?.replace('/x', target) ?? target });
      const left = [await leaving(own(one), own(other)), await leaving(own(other), own(one))];
      expect([what, left[0]]).toEqual([what, left[1]]);
    }
  });

  it('together where they come by HTTP/1.1 and by HTTP/2', async () => {
    await using one = await lab.https(SECURE);
    one.send(`GET /both HTTP/1.1\r\nHost: ${lab.authority(SECURE)}\r\nX-Dry-Run: yes\r\n${ASYNC}\r\n\r\n`);
    const { content } = await one.response();
    await using two = await lab.http2(SECURE);
    const fields = { ':method': 'GET', ':path': '/both', 'cordon-prefer': 'respond-async' };
    expect(idIn((await two.request({ ...fields, 'x-dry-run': 'yes' })).content)).toBe(idIn(content));
    expect(idIn((await two.request({ ...fields, 'x-dry-run': 'no' })).content)).not.toBe(idIn(content));
  });
});

describe('a WebSocket', () => {
  const get: Sent = { method: 'GET', target: '/socket' };
  const socket: Sent = { ...get, fields: [...HANDSHAKE, 'Sec-WebSocket-Protocol: chat.v1'] };

  it('APPR-10 goes out on no word and no grant for a GET, and is shown as what it is', async () => {
    const people = await People.of(lab);
    const before = lab.origin(HELD).requests.length;
    const id = await approvalOf(get);
    await people.decide({ id: id as never }, 'approve', { grant: { for: 60_000 } });
    const asked = await people.find({ id: (await approvalOf(socket)) as never });
    expect(asked.id).not.toBe(id);
    expect(asked.request).toMatchObject({
      target: `ws://${lab.authority(HELD)}/socket`,
      origin: `ws://${lab.authority(HELD)}`,
      fields: [['sec-websocket-protocol', 'chat.v1']],
    });
    expect(lab.origin(HELD).requests.length).toBe(before);
    expect((await send({ ...get })).status).toBe(200);
    await people.revokeGrants();
  });

  it('can be asked about in advance, by its own scheme and with what it speaks', async () => {
    const people = await People.of(lab);
    const reached = () => lab.origin(HELD).requests.filter(({ target }) => target === '/advance').length;
    const content = JSON.stringify({
      rule: 'held',
      for: '1h',
      reason: 'a live feed',
      url: `ws://${lab.authority(HELD)}/advance`,
      fields: { 'Sec-WebSocket-Protocol': 'chat.v1' },
    });
    const { status, content: answer } = await send({ target: 'http://cordon.internal/grants', content });
    expect(status).toBe(202);
    const asked = await people.find({ id: idIn(answer) as never });
    expect(asked.request).toMatchObject({
      target: `ws://${lab.authority(HELD)}/advance`,
      fields: [['sec-websocket-protocol', 'chat.v1']],
    });
    await people.decide(asked, 'approve', { grant: { for: 60_000 } });
    const speaking = (spoken: string) =>
      send({ ...get, target: '/advance', fields: [...HANDSHAKE, `Sec-WebSocket-Protocol: ${spoken}`] });
    expect((await send({ ...get, target: '/advance' })).status).toBe(503);
    expect((await speaking('chat.v2')).status).toBe(503);
    expect(reached()).toBe(0);
    expect((await speaking('chat.v1')).status).not.toBe(503);
    expect(reached()).toBe(1);
    await people.revokeGrants();
  });

  it('APPR-14 is shown without the token that a client puts among its subprotocols', async () => {
    const people = await People.of(lab);
    const token = Buffer.from('a token of a cluster, as long as such are').toString('base64url');
    const spoken = `Sec-WebSocket-Protocol: v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.${token}`;
    const id = await approvalOf({ ...get, fields: [...HANDSHAKE, spoken] });
    const { request } = await people.find({ id: id as never });
    expect(request.fields).toEqual([['sec-websocket-protocol', 'v5.channel.k8s.io, REDACTED']]);
  });
});

/** What an origin can tell of two requests, fields that nothing is bound to left out. */
function meaning(request: OriginRequest): unknown {
  const { method, target, content } = request;
  const boundary = /boundary=(\w+)/.exec(fieldOf(request, 'content-type') ?? '')?.[1];
  const text = content.toString('latin1');
  return {
    method,
    target,
    host: fieldOf(request, 'host'),
    dryRun: fieldOf(request, 'x-dry-run'),
    // The name of a boundary is no part of what it means (RFC 2046 §5.1.1).
    content: boundary === undefined ? text : text.replaceAll(`--${boundary}`, '--'),
  };
}
