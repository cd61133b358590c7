import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import type { Echo } from '../../support/origin.ts';
import type { RawConnection } from '../../support/raw-client.ts';
import { nextClient } from './attempts.ts';
import { expectRefused, expectUntouched, recordedFrom } from './refused.ts';

const PLAIN = 'plain.de.lab.example';
const SECURE = 'secure.de.lab.example';
const FORBIDDEN = 'plain.us.lab.example';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: { [PLAIN]: { country: 'DE' }, [SECURE]: { country: 'DE', tls: 'good' }, [FORBIDDEN]: { country: 'US' } },
    rules: [
      '{ id: germany, to: [plain-de-lab-example, secure-de-lab-example], then: permit }',
      '{ id: america, to: [plain-us-lab-example], then: permit }',
      '{ id: never, to: [secure-de-lab-example], methods: [PUT], then: deny }',
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

interface Entrance {
  readonly origin: string;
  open(from: string): Promise<RawConnection>;
  /** Request target of a path. */
  target(path: string): string;
}

const ENTRANCES = {
  proxy: { origin: PLAIN, open: (from) => lab.connect(from), target: (path) => `http://${lab.authority(PLAIN)}${path}` },
  tunnel: { origin: SECURE, open: (from) => lab.https(SECURE, { from }), target: (path) => path },
} satisfies Record<string, Entrance>;

const head = (entrance: Entrance, method: string, path: string, ...fields: string[]): string =>
  `${[`${method} ${entrance.target(path)} HTTP/1.1`, `Host: ${lab.authority(entrance.origin)}`, ...fields].join('\r\n')}\r\n\r\n`;

const CHUNKED = 'Transfer-Encoding: chunked';
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: smuggled.example\r\n\r\n';

/** Content whose chunks end otherwise than RFC 9112 §7.1 says. */
const BROKEN_CHUNKS = {
  'a size beyond 64 bit': `FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n${SMUGGLED}`,
  'a space behind the size': `5 \r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
  'a size with a prefix': `0x5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
  'a negative size': `-5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
  'no size': `\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
  'no CRLF behind the content': `5\r\nhello0\r\n\r\n${SMUGGLED}`,
  'a size line that ends in LF': `5\nhello\r\n0\r\n\r\n${SMUGGLED}`,
  'content that ends in LF': `5\r\nhello\n0\r\n\r\n${SMUGGLED}`,
  'a last chunk that ends in LF': `5\r\nhello\r\n0\n\n${SMUGGLED}`,
  'an extension of 1 MB': `5;${'a'.repeat(1_000_000)}\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
  'a CR inside an extension': `5;a\rb\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
  'a trailer section of 1 MB': `5\r\nhello\r\n0\r\nX-A: ${'a'.repeat(1_000_000)}\r\n\r\n${SMUGGLED}`,
  'a folded trailer': `5\r\nhello\r\n0\r\nX-A: b\r\n c\r\n\r\n${SMUGGLED}`,
};

describe.each(['proxy', 'tunnel'] as const)('content through the %s', (name) => {
  const entrance = ENTRANCES[name];

  it.each(Object.entries(BROKEN_CHUNKS))('H1-09 with %s never becomes a request of the origin', async (_title, content) => {
    const from = nextClient();
    const origin = lab.origin(entrance.origin);
    const before = origin.requests.length;
    await using client = await entrance.open(from);
    client.send(head(entrance, 'POST', '/broken', CHUNKED) + content);
    const all = await client.rest();
    expect(all.match(/HTTP\/1\.1 \d{3}/g) ?? []).toEqual([expect.stringMatching(/ 4(?:00|31)$/)]);
    expect(origin.requests.length).toBe(before);
    expect(origin.received).not.toContain('smuggled');
    await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.client === from && each.decision === 'deny');
  });

  it('H1-09 leaves chunk extensions here', async () => {
    await using client = await entrance.open(nextClient());
    client.send(`${head(entrance, 'POST', '/ext', CHUNKED)}5;x=extension;y\r\nhello\r\n0;z=extension\r\n\r\n`);
    const echo = JSON.parse((await client.response('POST')).content.toString()) as Echo;
    expect(echo.content).toBe('hello');
    expect(lab.origin(entrance.origin).received).not.toContain('extension');
  });

  it('H1-09 takes 50,000 chunks of one byte', async () => {
    await using client = await entrance.open(nextClient());
    client.send(`${head(entrance, 'POST', '/many', CHUNKED)}${'1\r\nx\r\n'.repeat(50_000)}0\r\n\r\n`);
    const echo = JSON.parse((await client.response('POST', 10_000)).content.toString()) as Echo;
    expect(echo.content).toBe('x'.repeat(50_000));
  });

  it('H1-11 answers what is broken behind a good request with nothing that could pass for the first answer', async () => {
    const from = nextClient();
    await using client = await entrance.open(from);
    client.send(`${head(entrance, 'GET', '/first')}GET / HTTP/1.1\r\nBroken Line\r\n\r\n`);
    expect(await client.rest()).not.toMatch(/^HTTP\/1\.1 400/);
    const broken = await lab.gateway.waitForRecord(
      (each) => each.kind === 'decision' && each.client === from && each.decision === 'deny',
    );
    expect(broken).toMatchObject({ code: 'malformed_request' });
  });

  it('H1-18 keeps an encoded line break encoded', async () => {
    await using client = await entrance.open(nextClient());
    client.send(head(entrance, 'GET', '/%0d%0aX-Inj:1?%0D%0AX-Inj:2', 'X-A: %0d%0aX-Inj: 3'));
    const echo = JSON.parse((await client.response()).content.toString()) as Echo;
    expect(echo.target).toBe('/%0d%0aX-Inj:1?%0D%0AX-Inj:2');
    expect(echo.fields.map(([field]) => field.toLowerCase())).not.toContain('x-inj');
  });

  it('H1-20 asks for content only once the request is permitted', async () => {
    await using client = await entrance.open(nextClient());
    client.send(head(entrance, 'POST', '/expect', 'Content-Length: 5', 'Expect: 100-continue'));
    expect(await client.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('hello');
    const echo = JSON.parse((await client.response('POST')).content.toString()) as Echo;
    expect([echo.target, echo.content]).toEqual(['/expect', 'hello']);
    expect(echo.fields.map(([field]) => field.toLowerCase())).not.toContain('expect');
  });
});

describe('a second request behind the first', () => {
  it('H1-11 is judged on its own in the same segment', async () => {
    await using client = await lab.connect(nextClient());
    const denied = lab.authority(FORBIDDEN);
    const first = `${head(ENTRANCES.proxy, 'POST', '/first', 'Content-Length: 5')}hello`;
    client.send(`${first}GET http://${denied}/second HTTP/1.1\r\nHost: ${denied}\r\n\r\n`);
    expect((await client.response('POST')).status).toBe(200);
    await expectRefused(lab.gateway, await client.response(), { status: 403, code: 'outside_home' });
    expect(lab.origin(PLAIN).received).not.toContain('/second');
    expectUntouched(lab.origin(FORBIDDEN));
  });

  it('H1-11 is judged on its own inside a tunnel', async () => {
    await using client = await lab.https(SECURE, { from: nextClient() });
    client.send(
      head(ENTRANCES.tunnel, 'GET', '/first') +
        head(ENTRANCES.tunnel, 'PUT', '/denied') +
        head(ENTRANCES.tunnel, 'GET', '/third'),
    );
    expect((await client.response()).status).toBe(200);
    await expectRefused(lab.gateway, await client.response(), { status: 403, code: 'denied_by_rule' });
    expect((await client.response()).status).toBe(200);
    expect(lab.origin(SECURE).received).not.toContain('/denied');
  });

  it('H1-11 does not arrive as content beyond Content-Length', async () => {
    const from = nextClient();
    await using client = await lab.connect(from);
    client.send(`${head(ENTRANCES.proxy, 'POST', '/short', 'Content-Length: 2')}he${SMUGGLED.replace('GET', 'G\0T')}`);
    expect(await client.rest()).not.toMatch(/^HTTP\/1\.1 400/);
    expect(lab.origin(PLAIN).received).not.toContain('smuggled');
    await lab.gateway.waitForRecord(
      (each) => each.kind === 'decision' && each.client === from && each.code === 'malformed_request',
    );
  });
});

describe('a request that is not permitted', () => {
  it('H1-20 gets its final status and never a 100', async () => {
    const denied = lab.authority(FORBIDDEN);
    await using client = await lab.connect(nextClient());
    client.send(`POST http://${denied}/ HTTP/1.1\r\nHost: ${denied}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`);
    const answer = await client.response('POST');
    expect(answer.interim).toEqual([]);
    await expectRefused(lab.gateway, answer, { status: 403, code: 'outside_home' });
    expectUntouched(lab.origin(FORBIDDEN));
  });

  it('H1-20 gets its final status inside a tunnel too', async () => {
    const from = nextClient();
    await using client = await lab.https(SECURE, { from });
    client.send(head(ENTRANCES.tunnel, 'PUT', '/denied', 'Content-Length: 5', 'Expect: 100-continue'));
    const answer = await client.response('POST');
    expect([answer.interim.length, answer.status]).toEqual([0, 403]);
    const { decision } = await recordedFrom(lab.gateway, from, 'intercepted');
    expect(decision).toMatchObject({ code: 'denied_by_rule', method: 'PUT' });
  });

  it('H1-20 knows no other expectation', async () => {
    await using client = await lab.connect(nextClient());
    client.send(head(ENTRANCES.proxy, 'GET', '/odd', 'Expect: 200-ok'));
    const { status } = await client.response();
    expect([200, 417]).toContain(status);
    const echoed = lab.origin(PLAIN).requests.find(({ target }) => target === '/odd');
    expect(echoed?.fields.map(([field]) => field.toLowerCase()) ?? []).not.toContain('expect');
  });
});
