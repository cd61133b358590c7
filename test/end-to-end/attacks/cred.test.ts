import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedFields } from '../../../src/credentials/aws-sigv4.ts';
import { cordon } from '../../cli/cordon.ts';
import { recordedContent } from '../../support/recorded-content.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import type { OriginRequest, Script } from '../../support/origin.ts';
import type { RawConnection, RawResponse } from '../../support/raw-client.ts';
import { People } from '../holding/people.ts';

const SECRET = 'sk-lab/Zm9+vYmFyLXF1eA==7d1c';
const API = 'api.de.lab.example';
const OTHER = 'other.de.lab.example';
const CLEAR = 'clear.de.lab.example';
const ASYNC = 'Cordon-Prefer: respond-async';
const PLACEHOLDER = 'cordon-placeholder-api-key';

/** For the key of the handshake below (RFC 6455 §1.3). */
const ACCEPT = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** Writes the secret of the request back in every way that an origin may. */
const leaky: Script = ({ target, fields, connection }) => {
  if (target.startsWith('/socket')) {
    const text = `was ${fieldOf(fields, 'authorization') ?? ''}`;
    const head = [
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: websocket',
      `X-Echo: ${text}`,
      ACCEPT,
      '',
      '',
    ];
    connection.socket.write(Buffer.concat([Buffer.from(head.join('\r\n')), Buffer.of(0x81, text.length), Buffer.from(text)]));
    return;
  }
  const [, secret = ''] =
    /(?:Bearer |key=)(.*)/.exec(fieldOf(fields, 'authorization') ?? fieldOf(fields, 'x-key') ?? target) ?? [];
  const text = JSON.stringify({
    seen: secret,
    encoded: encodeURIComponent(secret),
    base64: Buffer.from(`u:${secret}`).toString('base64'),
  });
  const send = (head: string[], content: Uint8Array | string): void => {
    connection.socket.write(
      Buffer.concat([
        Buffer.from(`HTTP/1.1 200 OK\r\n${head.join('\r\n')}\r\nContent-Length: ${content.length}\r\n\r\n`),
        Buffer.from(content),
      ]),
    );
  };
  if (target.startsWith('/gzip')) send(['Content-Type: application/json', 'Content-Encoding: gzip'], gzipSync(text));
  else if (target.startsWith('/br')) send(['Content-Type: application/json', 'Content-Encoding: br'], brotliCompressSync(text));
  else if (target.startsWith('/binary'))
    send(['Content-Type: application/octet-stream'], Buffer.from(`\0\x01${secret}\0`, 'latin1'));
  else if (target.startsWith('/field')) send([`X-Echo: was ${secret}`, 'Content-Type: text/plain'], 'ok');
  else if (target.startsWith('/events')) {
    const cut = Math.floor(secret.length / 2);
    const event = (content: string): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
    const content = event(`key ${secret.slice(0, cut)}`) + event(`${secret.slice(cut)} end`) + 'data: [DONE]\n\n';
    send(['Content-Type: text/event-stream'], content);
  } else if (target.startsWith('/chunks')) {
    connection.socket.write(
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n',
    );
    for (const byte of Buffer.from(text))
      connection.socket.write(Buffer.concat([Buffer.from('1\r\n'), Buffer.of(byte), Buffer.from('\r\n')]));
    connection.socket.write(`0\r\nX-End: ${secret}\r\n\r\n`);
  } else send(['Content-Type: application/json'], text);
};

function fieldOf(fields: readonly (readonly [string, string])[], name: string): string | undefined {
  return fields.find(([each]) => each.toLowerCase() === name)?.[1];
}

const RULES = `
cordon: 1
credentials:
  - { id: api-key, for: [api-de-lab-example], inject: { bearer: true }, paths: ["/v1/**", "/socket", "/gzip", "/br", "/binary", "/field", "/events", "/chunks"], methods: [GET, POST] }
  - { id: asked-key, for: [api-de-lab-example], inject: { header: x-key, value: "key={}" }, require: placeholder }
  - { id: query-key, for: [api-de-lab-example], inject: { query: key } }
  - { id: basic-key, for: [api-de-lab-example], inject: { basic: robot } }
  - { id: no-key, for: [api-de-lab-example], inject: { bearer: true } }
  - { id: aws-key, for: [api-de-lab-example], inject: { aws-sigv4: { service: bedrock, region: eu-central-1 } } }
  - { id: s3-key, for: [api-de-lab-example], inject: { aws-sigv4: { service: s3, region: eu-central-1 } } }
  - { id: few-key, for: [api-de-lab-example], inject: { header: x-key, value: "{}" }, uses: { most: 2, every: 1h, per: session }, require: placeholder }
  - { id: own-key, for: [api-de-lab-example], inject: { header: x-own-key, value: "{}" }, uses: { most: 3, every: 1h } }
  - { id: pay-key, for: [api-de-lab-example], inject: { header: x-pay-key, value: "{}" } }
  - { id: clear-key, for: [clear-de-lab-example], inject: { bearer: true } }
rules:
  - { id: all, to: [api-de-lab-example, other-de-lab-example, clear-de-lab-example], then: permit }
  - { id: with-key, to: [api-de-lab-example], paths: ["/v1/**", "/gzip", "/br", "/binary", "/field", "/events", "/chunks", "/ungated"], credential: api-key, record: content }
  - { id: with-socket, to: [api-de-lab-example], paths: ["/socket"], credential: api-key, record: content }
  - { id: with-asked, to: [api-de-lab-example], paths: ["/asked"], credential: asked-key }
  - { id: with-query, to: [api-de-lab-example], paths: ["/query"], credential: query-key }
  - { id: with-basic, to: [api-de-lab-example], paths: ["/basic"], credential: basic-key }
  - { id: with-none, to: [api-de-lab-example], paths: ["/none"], credential: no-key }
  - { id: with-aws, to: [api-de-lab-example], paths: ["/aws/**"], credential: aws-key, mask: { request: [email] } }
  - { id: with-s3, to: [api-de-lab-example], paths: ["/bucket/**"], credential: s3-key, length: chunked }
  - { id: pay, to: [api-de-lab-example], paths: ["/pay"], then: hold, credential: pay-key, approval: { by: [privacy], wait: 20s } }
  - { id: with-few, to: [api-de-lab-example], paths: ["/few", "/few/**"], credential: few-key }
  - { id: with-own, to: [api-de-lab-example], paths: ["/own"], credential: own-key }
  - { id: two, to: [api-de-lab-example], paths: ["/two"], credential: query-key }
  - { id: two-more, to: [api-de-lab-example], paths: ["/two"], credential: basic-key }
  - { id: clear, to: [clear-de-lab-example], credential: clear-key }
`;

describe('a credential that the agent never holds', () => {
  let lab: Lab;
  const seen: string[] = [];

  beforeAll(async () => {
    lab = await startLab({
      origins: {
        [API]: { country: 'DE', tls: 'good', handler: leaky },
        [OTHER]: { country: 'DE', tls: 'good' },
        [CLEAR]: { country: 'DE' },
      },
      rules: RULES,
    });
    for (const name of ['api-key', 'asked-key', 'query-key', 'basic-key', 'few-key', 'own-key', 'pay-key', 'clear-key'])
      await set(name, SECRET);
    for (const name of ['aws-key', 's3-key']) await set(name, `AKIDEXAMPLE:${SECRET}`);
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  async function set(name: string, value: string): Promise<void> {
    const { directory } = lab.gateway;
    const config = join(directory, 'cordon.yaml');
    expect(await cordon(['secrets', 'set', name, '--config', config], directory, {}, value)).toMatchObject({ code: 0 });
  }

  /** What Authorization has to be of a request as it arrived. */
  function signatureOf({ method, target, fields }: OriginRequest, service: string, digest?: string): string | undefined {
    const date = fieldOf(fields, 'x-amz-date') ?? '';
    const now = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    const key = { id: 'AKIDEXAMPLE', key: SECRET, sessionToken: undefined };
    return signedFields({ method, target, fields: fields.flat(), digest }, { ...key, service, region: 'eu-central-1', now }).at(
      -1,
    );
  }

  async function get(target: string, fields: readonly string[] = [], name = API): Promise<RawResponse> {
    await using client = await lab.https(name);
    client.send([`GET ${target} HTTP/1.1`, `Host: ${lab.authority(name)}`, ...fields, '', ''].join('\r\n'));
    const answer = await client.response('GET');
    seen.push(answer.startLine, JSON.stringify(answer.fields), answer.content.toString('latin1'));
    return answer;
  }

  function last(name = API): { readonly target: string; readonly fields: readonly (readonly [string, string])[] } {
    return lab.origin(name).requests.at(-1)!;
  }

  it('goes to the origin in its field, and what the agent sent there does not (CRED-06)', async () => {
    expect((await get('/v1/x', ['Authorization: Bearer mine'])).status).toBe(200);
    expect(last().fields.filter(([name]) => name.toLowerCase() === 'authorization')).toEqual([
      ['authorization', `Bearer ${SECRET}`],
    ]);
  });

  it('goes into the query in place of every value of its name, and into Basic authentication', async () => {
    await get('/query?a=1&key=mine&%6bey=also&b=%20+');
    expect(last().target).toBe(`/query?a=1&b=%20+&key=${encodeURIComponent(SECRET)}`);
    await get('/basic');
    expect(fieldOf(last().fields, 'authorization')).toBe(`Basic ${Buffer.from(`robot:${SECRET}`).toString('base64')}`);
  });

  it.each(['/v1/x', '/gzip', '/br', '/binary', '/field', '/events', '/chunks'])(
    'does not come back from %s',
    async (target) => {
      const answer = await get(target, ['Accept-Encoding: gzip, br']);
      expect(answer.status).toBe(200);
      const text = answer.content.toString('latin1') + JSON.stringify(answer.fields) + JSON.stringify(answer.trailers ?? []);
      expect(text).not.toContain(SECRET.slice(4, 16));
    },
  );

  it('is replaced where it stood, and the record says so', async () => {
    const { content } = await get('/v1/seen');
    expect(JSON.parse(content.toString())).toMatchObject({ seen: 'REDACTED_SECRET', encoded: 'REDACTED_SECRET' });
    const decision = await lab.gateway.waitForRecord(
      (record) => record.kind === 'decision' && record.target?.endsWith('/v1/seen') === true,
    );
    expect(decision).toMatchObject({ credential: 'api-key', obligations: ['credential', 'drop-agent-credentials', 'record'] });
    const outcome = await lab.gateway.waitForRecord(
      (record) =>
        record.kind === 'outcome' && 'exchange' in record && 'exchange' in decision && record.exchange === decision.exchange,
    );
    expect(JSON.stringify(outcome)).toContain('The answer held the credential api-key; it was taken out');
  });

  it('with require: placeholder replaces the placeholder alone (CRED-06, CRED-08)', async () => {
    await get('/asked', ['X-Key: key=cordon-placeholder-asked-key']);
    expect(fieldOf(last().fields, 'x-key')).toBe(`key=${SECRET}`);
    await get('/asked', ['X-Key: cordon-placeholder-asked-key']);
    expect(fieldOf(last().fields, 'x-key')).toBe(`key=${SECRET}`);
    await get('/asked');
    expect(fieldOf(last().fields, 'x-key')).toBeUndefined();
    for (const fields of [
      ['X-Key: key=mine'],
      ['X-Key: cordon-placeholder-asked-key', 'X-Key: cordon-placeholder-asked-key'],
      ['X-Key: xcordon-placeholder-asked-key'],
      ['X-Other: cordon-placeholder-asked-key'],
    ]) {
      const answer = await get('/asked', fields);
      expect([answer.status, JSON.parse(answer.content.toString()).code]).toEqual([403, 'credential_not_allowed']);
    }
  });

  it('goes into as many requests of a session as it may, whatever the path, and the one beyond is not sent', async () => {
    const asked = async (session: string, target: string, fields: readonly string[]): Promise<RawResponse> => {
      await using client = await lab.https(API, { fields: [`Cordon-Session: ${session}`] });
      client.send([`GET ${target} HTTP/1.1`, `Host: ${lab.authority(API)}`, ...fields, '', ''].join('\r\n'));
      return await client.response('GET');
    };
    const placeholder = ['X-Key: cordon-placeholder-few-key'];
    const before = lab.origin(API).requests.length;
    // At once, and one that does not ask for it, which is no use of it.
    const answers = await Promise.all(
      ['/few', '/few/a', '/few/b', '/few/c'].map((target) => asked('one', target, placeholder)),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 429, 429]);
    expect((await asked('one', '/few', [])).status).toBe(200);
    expect((await asked('two', '/few', placeholder)).status).toBe(200);
    expect(
      lab
        .origin(API)
        .requests.slice(before)
        .filter(({ fields }) => fieldOf(fields, 'x-key') === SECRET),
    ).toHaveLength(3);
    const refused = await asked('one', '/few', placeholder);
    expect(JSON.parse(refused.content.toString())).toMatchObject({ code: 'limit_exceeded' });
    expect(Number(refused.field('retry-after'))).toBeGreaterThan(3_500);
    const record = await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.code === 'limit_exceeded');
    expect(record).toMatchObject({ reason: 'The limit of credential few-key: 2 uses in 3600 s for each session are used up' });
  });

  it('goes into no more requests of an agent that names a new session for each', async () => {
    const before = lab.origin(API).requests.length;
    const statuses = await Promise.all(
      Array.from({ length: 6 }, async (_, session) => {
        await using client = await lab.https(API, { fields: [`Cordon-Session: own-${session}`] });
        client.send([`GET /own HTTP/1.1`, `Host: ${lab.authority(API)}`, '', ''].join('\r\n'));
        return (await client.response('GET')).status;
      }),
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 200, 429, 429, 429]);
    expect(lab.origin(API).requests).toHaveLength(before + 3);
  });

  it('its placeholder goes to no other destination, path or part, and people are told (CRED-01, CRED-08)', async () => {
    const before = lab.origin(OTHER).requests.length;
    for (const [target, fields, name] of [
      ['/v1/x', [`Authorization: Bearer ${PLACEHOLDER}`], OTHER],
      [`/x?key=${PLACEHOLDER}`, [], OTHER],
      ['/x', [`Authorization: Basic ${Buffer.from(`u:${PLACEHOLDER}`).toString('base64')}`], OTHER],
      ['/ungated', [`Authorization: Bearer ${PLACEHOLDER}`], API],
      ['/v1/x', [`X-Else: ${PLACEHOLDER}`], API],
      [`/v1/x?q=${PLACEHOLDER}`, [], API],
    ] as const) {
      const answer = await get(target, fields, name);
      expect([target, answer.status]).toEqual([target, 403]);
      expect(JSON.parse(answer.content.toString())).toMatchObject({ code: 'credential_not_allowed' });
    }
    expect(lab.origin(OTHER).requests.length).toBe(before);
    const alarms = lab.gateway.stderr.split('\n').filter((line) => line.includes('"alarm":"placeholder-misplaced"'));
    // One for each agent and credential in a minute, however often it tries; the record has them all.
    expect(alarms.map((line) => JSON.parse(line).subject)).toEqual(['credential:asked-key', 'credential:api-key']);
  });

  it('that has no value is warned of at start', () => {
    expect(lab.gateway.stdout).toContain('credential no-key: it has no value: cordon secrets set no-key');
  });

  it('goes with a held request once people have agreed, and by no way that is not held (APPR-12)', async () => {
    const people = await People.of(lab);
    const held = get('/pay', ['X-Pay-Key: mine']);
    const pending = await people.next();
    expect(lab.origin(API).requests.some(({ target }) => target === '/pay')).toBe(false);
    await people.decide(pending, 'approve');
    expect((await held).status).toBe(200);
    expect(fieldOf(last().fields, 'x-pay-key')).toBe(SECRET);
    for (const target of ['/v1/x', '/other', '/Pay', '/pay/more', '/payments', '/other?/pay']) {
      expect([target, (await get(target, ['X-Pay-Key: mine', ASYNC])).status]).toEqual([target, 200]);
      expect([target, fieldOf(last().fields, 'x-pay-key')]).toEqual([target, 'mine']);
    }
    // What an origin may read as that path is held like it, or refused.
    for (const target of ['/other/../pay', '/%70ay', '/./pay', '/other;/pay']) {
      const { status } = await get(target, [ASYNC]);
      expect([target, [400, 503].includes(status)]).toEqual([target, true]);
    }
    expect(lab.origin(API).requests.filter(({ fields }) => fieldOf(fields, 'x-pay-key') === SECRET)).toHaveLength(1);
  });

  it('goes where the request was judged to go, whatever name stands in it (CRED-02)', async () => {
    await using client = await lab.https(API);
    client.send(`GET /v1/x HTTP/1.1\r\nHost: ${lab.authority(OTHER)}\r\n\r\n`);
    expect((await client.response('GET')).status).toBe(421);
    await get('/v1/x', ['Connection: authorization, x-key', 'X-Forwarded-Host: evil.example']);
    expect(fieldOf(last().fields, 'authorization')).toBe(`Bearer ${SECRET}`);
    expect(fieldOf(last().fields, 'host')).toBe(lab.authority(API));
  });

  it('signs what leaves, masked, content included', async () => {
    const content = JSON.stringify({ to: 'anna.schmidt@example.org', text: 'hi' });
    await using client: RawConnection = await lab.https(API);
    const head = [
      'POST /aws/model%3A0/invoke?b=2&a=1 HTTP/1.1',
      `Host: ${lab.authority(API)}`,
      'Authorization: AWS4-HMAC-SHA256 Credential=mine',
      'Content-Type: application/json',
      `Content-Length: ${content.length}`,
    ];
    client.send(`${head.join('\r\n')}\r\n\r\n${content}`);
    expect((await client.response('POST')).status).toBe(200);
    const got = lab.origin(API).requests.at(-1)!;
    expect(got.content.toString()).toContain('REDACTED_EMAIL');
    expect(fieldOf(got.fields, 'authorization')).toBe(
      signatureOf(got, 'bedrock', createHash('sha256').update(got.content).digest('hex')),
    );
  });

  it('signs content for S3 that is still on its way: it begins to arrive before it has ended', async () => {
    await using client: RawConnection = await lab.https(API);
    const before = lab.origin(API).requests.length;
    const head = ['PUT /bucket/a%20b/object HTTP/1.1', `Host: ${lab.authority(API)}`, 'Content-Type: application/octet-stream'];
    client.send(`${head.join('\r\n')}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n`);
    await expect.poll(() => lab.origin(API).received.endsWith('first'), { timeout: 5_000 }).toBe(true);
    client.send('4\r\nlast\r\n0\r\n\r\n');
    expect((await client.response('PUT')).status).toBe(200);
    const got = lab.origin(API).requests[before]!;
    expect(got.content.toString()).toBe('firstlast');
    expect(fieldOf(got.fields, 'x-amz-content-sha256')).toBe('UNSIGNED-PAYLOAD');
    expect(fieldOf(got.fields, 'authorization')).toBe(signatureOf(got, 's3'));
  });

  it('does not come back in a WebSocket: its handshake, its messages', async () => {
    await using client = await lab.https(API);
    client.send(['GET /socket HTTP/1.1', `Host: ${lab.authority(API)}`, ...HANDSHAKE, '', ''].join('\r\n'));
    const answer = await client.until('\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    const [, length = 0] = await client.bytes(2);
    const text = (await client.bytes(length)).toString();
    expect(text).toBe('was Bearer REDACTED_SECRET');
    expect(answer).toContain('X-Echo: was Bearer REDACTED_SECRET');
    await client[Symbol.asyncDispose]();
    const messages = async () =>
      (await recordedContent(lab.gateway)).map(({ text }) => text).filter((text) => text.includes('"opcode"'));
    await expect.poll(messages, { timeout: 10_000 }).toEqual([expect.stringContaining('"data":"was Bearer REDACTED_SECRET"')]);
  });

  it('is in no recorded content, in whatever pieces it came back', async () => {
    const recorded = (await recordedContent(lab.gateway)).map(({ text, notes }) => `${text} ${JSON.stringify(notes)}`);
    expect(recorded.filter((text) => text.includes('"content":"') && text.includes('REDACTED_SECRET'))).not.toEqual([]);
    expect(recorded.filter((text) => text.includes(SECRET))).toEqual([]);
  });

  it('goes nowhere beside its methods and paths', async () => {
    await get('/ungated', ['Authorization: Bearer mine']);
    // A rule that wants a credential there lets no other one pass.
    expect(fieldOf(last().fields, 'authorization')).toBeUndefined();
  });

  it('goes into no cleartext (CRED-05)', async () => {
    await using client = await lab.connect();
    const authority = lab.authority(CLEAR);
    client.send(`GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    const answer = await client.response('GET');
    expect(JSON.parse(answer.content.toString())).toMatchObject({ status: 403, code: 'credential_not_allowed' });
    expect(lab.origin(CLEAR).requests).toHaveLength(0);
  });

  it('without a value answers 503, and two for one request are a conflict', async () => {
    const none = await get('/none');
    expect(JSON.parse(none.content.toString())).toMatchObject({ status: 503, code: 'credential_unavailable' });
    expect(JSON.parse((await get('/two')).content.toString())).toMatchObject({ status: 403, code: 'obligation_conflict' });
  });

  it('changes without a restart, and fails closed once it is gone (CRED-09)', async () => {
    await set('query-key', 'another value & more');
    await expect
      .poll(async () => (await get('/query'), last().target), { timeout: 3000 })
      .toBe('/query?key=another%20value%20%26%20more');
    await rm(join(lab.gateway.directory, 'data/secrets/query-key'));
    await expect.poll(async () => (await get('/query')).status, { timeout: 3000 }).toBe(503);
  });

  it('is not followed to where a redirect leads: the agent asks for that itself (CRED-03)', async () => {
    await get('/x', [], OTHER);
    expect(fieldOf(last(OTHER).fields, 'authorization')).toBeUndefined();
  });

  it('is in nothing that was answered, logged, recorded or kept', async () => {
    const written = (await lab.gateway.everythingWritten()) + seen.join('\n') + lab.gateway.stdout + lab.gateway.stderr;
    for (const spelling of [SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64').slice(0, 24)]) {
      expect(written.includes(spelling)).toBe(false);
    }
    expect(await readFile(join(lab.gateway.directory, 'data/secrets/api-key'), 'latin1')).not.toContain(SECRET);
  });
});
