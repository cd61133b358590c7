import { brotliCompressSync, deflateSync, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import type { OriginRequest } from '../../support/origin.ts';
import { expectRefused, recordedExchange } from '../attacks/refused.ts';
import { ask, AWS_KEY, CARD, EMAIL, expectNowhereInState, fieldOf, IBAN, parrot, VALUES } from './ask.ts';

const REDACT = 'redact.de.lab.example';
const TOKEN = 'token.de.lab.example';
const CHUNKED = 'chunked.de.lab.example';
const LENIENT = 'lenient.de.lab.example';
const PATHS = 'paths.de.lab.example';
const id = (name: string): string => name.replaceAll('.', '-');
const JSON_TYPE = 'Content-Type: application/json';

let lab: Lab;

beforeAll(async () => {
  const origin = { country: 'DE', handler: parrot } as const;
  lab = await startLab({
    origins: { [REDACT]: origin, [TOKEN]: origin, [CHUNKED]: origin, [LENIENT]: origin, [PATHS]: origin },
    rules: [
      `{ id: redact, to: [${id(REDACT)}], then: permit, mask: { request: { entities: [pii, secrets], as: redact } } }`,
      `{ id: token, to: [${id(TOKEN)}], then: permit, mask: { request: { entities: [pii, secrets], as: token } } }`,
      `{ id: chunked, to: [${id(CHUNKED)}], then: permit, length: chunked, mask: { request: { entities: [pii, secrets], as: token } } }`,
      `{ id: lenient, to: [${id(LENIENT)}], then: permit, signed: pass, opaque: pass, mask: { request: { entities: [pii], as: redact, unreadable: pass } } }`,
      `{ id: paths, to: [${id(PATHS)}], then: permit, mask: { request: { entities: [pii, secrets], as: hash, in: [path, query, fields] } } }`,
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const ALL = JSON.stringify({ card: CARD, text: `pay ${IBAN}, ask ${EMAIL}`, key: AWS_KEY, n: [1.5, null] });

function lastOf(name: string): OriginRequest {
  const { requests } = lab.origin(name);
  const last = requests.at(-1);
  if (last === undefined) throw new Error('Found no request at the origin');
  return last;
}

describe('a request whose content is masked', () => {
  it('leaves without any of the values, well-formed and with its length', async () => {
    const answer = await ask(lab, REDACT, { content: ALL, fields: [JSON_TYPE, 'User-Agent: test/1'] });
    expect(answer.status).toBe(200);
    const request = lastOf(REDACT);
    expect(VALUES.filter((value) => request.raw.includes(value))).toEqual([]);
    expect(JSON.parse(request.content.toString())).toEqual({
      card: 'REDACTED_PAYMENT_CARD',
      text: 'pay REDACTED_IBAN, ask REDACTED_EMAIL',
      key: 'REDACTED_AWS_ACCESS_KEY',
      n: [1.5, null],
    });
    expect(fieldOf(request, 'content-length')).toBe(String(request.content.length));
    const { outcome } = await recordedExchangeOf(CARD);
    expect(outcome.findings).toEqual({ 'payment-card': 1, iban: 1, email: 1, 'aws-access-key': 1 });
  });

  it('with tokens comes back as it was, and the same value is the same token', async () => {
    const answer = await ask(lab, TOKEN, { content: JSON.stringify({ a: EMAIL, b: EMAIL, c: CARD }), fields: [JSON_TYPE] });
    const sent = JSON.parse(lastOf(TOKEN).content.toString()) as { a: string; b: string; c: string };
    expect(sent.a).toMatch(/^EMAIL_[a-z0-9]{12}$/);
    expect(sent.b).toBe(sent.a);
    expect(sent.c).toMatch(/^PAYMENT_CARD_[a-z0-9]{12}$/);
    expect(JSON.parse(answer.content.toString())).toEqual({ a: EMAIL, b: EMAIL, c: CARD });
    await ask(lab, TOKEN, { content: JSON.stringify({ later: EMAIL }), fields: [JSON_TYPE] });
    expect(JSON.parse(lastOf(TOKEN).content.toString())).toEqual({ later: sent.a });
  });

  it('that is signed is refused, or passes as it is where the rule says so', async () => {
    const signed = 'Authorization: AWS4-HMAC-SHA256 Credential=A/20260101/eu/s3/aws4_request, SignedHeaders=host, Signature=0';
    const refused = await ask(lab, REDACT, { content: ALL, fields: [JSON_TYPE, signed] });
    const { decision } = await expectRefused(lab.gateway, refused, { status: 403, code: 'obligation_conflict' });
    expect(decision.reason).toContain('aws-sigv4');
    const passed = await ask(lab, LENIENT, { content: ALL, fields: [JSON_TYPE, signed] });
    expect(passed.status).toBe(200);
    expect(lastOf(LENIENT).content.toString()).toBe(ALL);
    const outcome = await lab.gateway.waitForRecord(
      (each) => each.kind === 'outcome' && (each.detail ?? '').includes('aws-sigv4'),
    );
    expect(outcome).toMatchObject({ detail: 'The request is signed (aws-sigv4), so it left unmasked' });
  });

  it('that is signed is told of as unmasked, however it ends', async () => {
    const authority = lab.authority(LENIENT);
    const client = await lab.connect();
    client.send(
      `POST http://${authority}/left HTTP/1.1\r\nHost: ${authority}\r\nX-Hub-Signature: sha1=00\r\n${JSON_TYPE}\r\nContent-Length: 100\r\n\r\n{`,
    );
    await expect.poll(() => lab.origin(LENIENT).received).toContain('POST /left');
    await client[Symbol.asyncDispose]();
    const outcome = await lab.gateway.waitForRecord(
      (each) => each.kind === 'outcome' && (each.detail ?? '').includes('webhook-hmac'),
    );
    expect(outcome).toMatchObject({ detail: expect.stringMatching(/; .*client left|client left.*; /i) as string });
  });

  it('leaves in chunks where the rule says so, and where it came in chunks', async () => {
    for (const asked of [
      { name: CHUNKED, isChunked: false },
      { name: TOKEN, isChunked: true },
    ]) {
      const answer = await ask(lab, asked.name, { content: ALL, fields: [JSON_TYPE], isChunked: asked.isChunked });
      const request = lastOf(asked.name);
      expect(fieldOf(request, 'transfer-encoding')).toBe('chunked');
      expect(VALUES.filter((value) => request.raw.includes(value))).toEqual([]);
      expect(answer.content.toString()).toBe(ALL);
    }
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
  ] as const)('in %s is masked and leaves in it again', async (coding, encode) => {
    const before = lab.origin(REDACT).requests.length;
    const answer = await ask(lab, REDACT, { content: encode(ALL), fields: [JSON_TYPE, `Content-Encoding: ${coding}`] });
    expect(answer.status).toBe(200);
    const request = lab.origin(REDACT).requests[before]!;
    expect(fieldOf(request, 'content-encoding')).toBe(coding);
    expect(fieldOf(request, 'content-length')).toBe(String(request.content.length));
    if (coding === 'gzip') expect(gunzipSync(request.content).toString()).toContain('REDACTED_IBAN');
  });
});

describe('a request whose content cannot be masked', () => {
  const refusals: readonly [what: string, fields: readonly string[], content: string | Uint8Array, code: string][] = [
    ['an unknown coding', [JSON_TYPE, 'Content-Encoding: compress'], ALL, 'unreadable_content'],
    ['a coding that is a lie', [JSON_TYPE, 'Content-Encoding: gzip'], ALL, 'unreadable_content'],
    ['gzip that nothing tells of', [JSON_TYPE], gzipSync(ALL), 'unreadable_content'],
    ['a bomb', [JSON_TYPE, 'Content-Encoding: gzip'], gzipSync(Buffer.alloc(4 << 20, ' ')), 'content_too_large'],
    ['UTF-16 without its charset', ['Content-Type: text/plain'], Buffer.from(ALL, 'utf16le'), 'unreadable_content'],
    ['an unknown charset', ['Content-Type: text/plain; charset=shift_jis'], ALL, 'unreadable_content'],
    ['an image', ['Content-Type: image/png'], ALL, 'unreadable_content'],
    ['no Content-Type', [], ALL, 'unreadable_content'],
  ];
  it.each(refusals)('%s is refused, and nothing of it leaves', async (_what, fields, content, code) => {
    const before = lab.origin(REDACT).received.length;
    const answer = await ask(lab, REDACT, { content, fields });
    expect([answer.status, answer.reason]).toEqual([code === 'content_too_large' ? 413 : 403, code]);
    expect(lab.origin(REDACT).received.length).toBe(before);
  });

  it('passes where the rule says so', async () => {
    for (const type of ['image/png', 'text/plain; charset=shift_jis', 'application/octet-stream']) {
      const answer = await ask(lab, LENIENT, { content: ALL, fields: [`Content-Type: ${type}`] });
      expect(answer.status).toBe(200);
      expect(lastOf(LENIENT).content.toString()).toBe(ALL);
    }
    await ask(lab, LENIENT, { content: ALL, fields: [JSON_TYPE, 'Content-Encoding: compress'] });
    expect(lastOf(LENIENT).content.toString()).toBe(ALL);
  });

  it('as gRPC is refused, and where nobody is to read it, for the sake of its transport: it came over HTTP/1.1', async () => {
    const asked = { content: Buffer.from([0, 0, 0, 0, 2, 8, 1]), fields: ['Content-Type: application/grpc'] };
    for (const [name, code] of [
      [REDACT, 'unreadable_content'],
      [LENIENT, 'protocol_not_allowed'],
    ] as const) {
      const before = lab.origin(name).received.length;
      const answer = await ask(lab, name, asked);
      expect([answer.status, answer.reason]).toEqual([403, code]);
      expect(lab.origin(name).received.length).toBe(before);
    }
  });

  it('in UTF-16 with its charset is masked, and stays what it was', async () => {
    const fields = ['Content-Type: text/plain; charset=utf-16le'];
    await ask(lab, REDACT, { content: Buffer.from(`mail ${EMAIL}!`, 'utf16le'), fields });
    expect(lastOf(REDACT).content.toString('utf16le')).toBe('mail REDACTED_EMAIL!');
  });
});

describe('a request whose content breaks on its way', () => {
  it('is cut at the origin, the client is told, and the record tells how much had left', async () => {
    const text = JSON.stringify(Array.from({ length: 60_000 }, (_, i) => `${(i * 7919) % 100_003}x`));
    const coded = gzipSync(text);
    coded.fill(0xff, coded.length - 4_000);
    const before = lab.origin(CHUNKED).requests.length;
    const answer = await ask(lab, CHUNKED, { content: coded, fields: [JSON_TYPE, 'Content-Encoding: gzip'] });
    expect([answer.status, answer.reason]).toEqual([403, 'unreadable_content']);
    const { outcome } = await recordedExchange(lab.gateway, answer.field('cordon-exchange')!);
    expect(outcome).toMatchObject({ status: 403, code: 'unreadable_content' });
    expect(outcome.bytes.sent).toBeGreaterThan(10_000);
    // It never came to its end there.
    expect(lab.origin(CHUNKED).requests.length).toBe(before);
    await expect.poll(() => lab.origin(CHUNKED).connections.at(-1)?.isClosed).toBe(true);
  });
});

describe('the target and the fields of a request', () => {
  it('are masked where the rule names them, and stay well-formed', async () => {
    await ask(lab, PATHS, {
      method: 'GET',
      target: `/users/${encodeURIComponent(EMAIL)}/x?card=${CARD}&q=a+b`,
      fields: [`User-Agent: mail ${EMAIL}`, `X-Note: ${AWS_KEY}`, `X-Api-Key: ${AWS_KEY}`],
    });
    const request = lastOf(PATHS);
    expect(request.target).toMatch(/^\/users\/EMAIL_HASH_[a-z0-9]{16}\/x\?card=PAYMENT_CARD_HASH_[a-z0-9]{16}&q=a\+b$/);
    expect(fieldOf(request, 'user-agent')).toMatch(/^mail EMAIL_HASH_[a-z0-9]{16}$/);
    expect(fieldOf(request, 'x-note')).toMatch(/^AWS_ACCESS_KEY_HASH_/);
    expect(fieldOf(request, 'x-api-key')).toBe(AWS_KEY);
  });

  it('leave content alone that no mask names', async () => {
    await ask(lab, PATHS, { content: ALL, fields: [JSON_TYPE] });
    expect(lastOf(PATHS).content.toString()).toBe(ALL);
  });
});

describe('the record', () => {
  it.each([
    ['a coding', CARD, [JSON_TYPE, `Content-Encoding: ${CARD}`]],
    ['a charset', EMAIL, [`Content-Type: text/plain; charset="${EMAIL}"`]],
  ])('quotes nothing that was written in place of %s', async (_what, value, fields) => {
    const answer = await ask(lab, REDACT, { content: '{}', fields });
    const { decision, outcome } = await recordedExchange(lab.gateway, answer.field('cordon-exchange')!);
    expect([decision.reason ?? '', outcome.detail ?? ''].join()).toMatch(/REDACTED_(PAYMENT_CARD|EMAIL)/);
    await expectNowhereInState(lab.gateway, [value]);
  });
});

describe('the state of the gateway', () => {
  it('holds none of the values', async () => {
    await ask(lab, REDACT, { content: ALL, fields: [JSON_TYPE], target: `/u/${EMAIL}/${CARD}?${IBAN}=1` });
    await expectNowhereInState(lab.gateway);
  });
});

async function recordedExchangeOf(_value: string): ReturnType<typeof recordedExchange> {
  const outcome = await lab.gateway.waitForRecord((each) => each.kind === 'outcome' && 'iban' in each.findings);
  return recordedExchange(lab.gateway, (outcome as { exchange: string }).exchange);
}
