import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import type { OriginRequest, Script } from '../../support/origin.ts';
import { ask, AWS_KEY, CARD, EMAIL, fieldOf, IBAN, parrot, type Asked } from '../masking/ask.ts';
import { expectRefused, expectUntouched } from './refused.ts';

const REDACT = 'redact.de.lab.example';
const TOKEN = 'token.de.lab.example';
const OTHER = 'other.de.lab.example';
const OPAQUE = 'opaque.de.lab.example';
const DENIED = 'denied.de.lab.example';
const HELD = 'held.de.lab.example';
const EVENTS = 'events.de.lab.example';
const id = (name: string): string => name.replaceAll('.', '-');
const JSON_TYPE = 'Content-Type: application/json';
const TEXT = 'Content-Type: text/plain';

let lab: Lab;

const deltas: Script = ({ connection: { socket } }) => {
  const event = (content: string): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })}\n\n`;
  const events = ['pay 4111 1111 11', '11 1111 ', 'now'].map(event).join('');
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ${events.length}\r\n\r\n${events}`);
};

beforeAll(async () => {
  const origin = { country: 'DE', handler: parrot } as const;
  const mask = (as: string): string => `mask: { request: { entities: [pii, secrets], as: ${as} } }`;
  lab = await startLab({
    origins: {
      [REDACT]: origin,
      [TOKEN]: origin,
      [OTHER]: origin,
      [OPAQUE]: origin,
      [DENIED]: origin,
      [HELD]: origin,
      [EVENTS]: { country: 'DE', handler: deltas },
    },
    rules: [
      `{ id: redact, to: [${id(REDACT)}, ${id(DENIED)}], then: permit, ${mask('redact')} }`,
      `{ id: token, to: [${id(TOKEN)}, ${id(OTHER)}], then: permit, ${mask('token')} }`,
      `{ id: opaque, to: [${id(OPAQUE)}], then: permit, opaque: pass, ${mask('redact')} }`,
      `{ id: held, to: [${id(HELD)}], then: permit, opaque: hold, approval: { by: [privacy] }, ${mask('redact')} }`,
      `{ id: events, to: [${id(EVENTS)}], then: permit, mask: { response: { entities: [payment-card], as: redact } } }`,
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** What an origin got of a request that passed. */
async function sent(name: string, asked: Asked): Promise<OriginRequest> {
  const { requests } = lab.origin(name);
  const before = requests.length;
  const answer = await ask(lab, name, asked);
  expect([answer.status, answer.content.toString().slice(0, 300)]).toEqual([200, expect.anything()]);
  return requests[before]!;
}

async function redacted(content: string | Uint8Array, fields: readonly string[] = [JSON_TYPE]): Promise<string> {
  return (await sent(REDACT, { content, fields })).content.toString('latin1');
}

async function expectDenied(
  content: string | Uint8Array,
  fields: readonly string[],
  code: 'unreadable_content' | 'content_too_large' = 'unreadable_content',
): Promise<void> {
  const answer = await ask(lab, DENIED, { content, fields });
  expect([answer.status, answer.reason], answer.content.toString()).toEqual([code === 'content_too_large' ? 413 : 403, code]);
  expectUntouched(lab.origin(DENIED));
}

const BODY = JSON.stringify({ card: CARD, to: EMAIL });

describe('content that hides values in its coding', () => {
  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
  ] as const)('BODY-01 %s is undone, masked and redone', async (coding, encode) => {
    const answer = await ask(lab, REDACT, { content: encode(BODY), fields: [JSON_TYPE, `Content-Encoding: ${coding}`] });
    expect(answer.status).toBe(200);
    const { content } = lab.origin(REDACT).requests.at(-1)!;
    expect(content.equals(encode(BODY))).toBe(false);
  });

  it('BODY-01 an unknown coding is denied', () => expectDenied(BODY, [JSON_TYPE, 'Content-Encoding: exi']));

  it('BODY-02 stacked codings are all undone, and a lying one is denied', async () => {
    const text = await redacted(gzipSync(gzipSync(BODY)), [JSON_TYPE, 'Content-Encoding: GZIP, gzip']);
    expect(JSON.parse(text)).toEqual({ card: 'REDACTED_PAYMENT_CARD', to: 'REDACTED_EMAIL' });
    await expectDenied(gzipSync(BODY), [JSON_TYPE]);
    await expectDenied(BODY, [JSON_TYPE, 'Content-Encoding: br']);
    await expectDenied(BODY, [JSON_TYPE, 'Content-Encoding: gzip, gzip, gzip, gzip']);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const)('BODY-03 a bomb of %s is cut', (coding, encode) =>
    expectDenied(encode(Buffer.alloc(32 << 20, ' ')), [JSON_TYPE, `Content-Encoding: ${coding}`], 'content_too_large'),
  );
});

describe('content that hides values in its characters', () => {
  it('BODY-04 UTF-16 is masked where it is named, other charsets are denied, broken UTF-8 hides nothing', async () => {
    for (const [charset, encode] of [
      ['utf-16le', (text: string) => Buffer.from(text, 'utf16le')],
      ['utf-16be', (text: string) => Buffer.from(text, 'utf16le').swap16()],
    ] as const) {
      const { content } = await sent(REDACT, { content: encode(`to ${EMAIL}.`), fields: [`${TEXT}; charset=${charset}`] });
      expect(content.equals(encode('to REDACTED_EMAIL.'))).toBe(true);
    }
    await expectDenied('+AG0AYQBpAGw-', [`${TEXT}; charset=utf-7`]);
    await expectDenied(BODY, [`${TEXT}; charset=shift_jis`]);
    expect(await redacted(Buffer.concat([Buffer.from([0xff, 0x20]), Buffer.from(EMAIL)]), [TEXT])).toBe('\xff REDACTED_EMAIL');
    expect(await redacted(`\ufeff${EMAIL}`, [TEXT])).toBe('\xef\xbb\xbfREDACTED_EMAIL');
  });

  it('BODY-05 escapes of JSON hide nothing', async () => {
    const escaped = `{"to":"\\u0061nna.schmidt\\u0040example.org","n":"\\n${CARD}","smile":"\\ud83d\\ude00 \\/ x"}`;
    expect(await redacted(escaped)).toBe(
      '{"to":"REDACTED_EMAIL","n":"\\nREDACTED_PAYMENT_CARD","smile":"\\ud83d\\ude00 \\/ x"}',
    );
  });

  it('BODY-06 it makes no difference how content is cut', async () => {
    const content = `{ "a" : "${CARD}", "b":["${IBAN}", "${AWS_KEY}" ] , "c" : "x ${EMAIL} y" }`;
    const whole = await redacted(content);
    const { content: cut } = await sent(REDACT, { content, fields: [JSON_TYPE], isChunked: true });
    expect(cut.toString()).toBe(whole);
    expect(whole).toBe(
      '{ "a" : "REDACTED_PAYMENT_CARD", "b":["REDACTED_IBAN", "REDACTED_AWS_ACCESS_KEY" ] , "c" : "x REDACTED_EMAIL y" }',
    );
  });

  it('BODY-07 a value cut by events is one value', async () => {
    const answer = await ask(lab, EVENTS, { content: '{}', fields: [JSON_TYPE] });
    const text = answer.content.toString();
    expect(text).not.toMatch(/4111|11 1111/);
    expect(text).toContain('REDACTED_PAYMENT_CARD');
  });

  it('BODY-08 percent-encoding is undone as often as three times', async () => {
    const twice = encodeURIComponent(encodeURIComponent(EMAIL));
    const form = await redacted(`a=${twice}&b=${encodeURIComponent(CARD)}+x`, [
      'Content-Type: application/x-www-form-urlencoded',
    ]);
    expect(form).toBe('a=REDACTED_EMAIL&b=REDACTED_PAYMENT_CARD+x');
  });

  it('BODY-12 look-alikes of digits and invisible characters hide nothing', async () => {
    const wide = CARD.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    expect(await redacted(`card ${wide} and 4111\u200b1111\u200b1111\u200b1111.`, [TEXT])).not.toMatch(/4111|1111|\xef\xbc/);
  });

  it('BODY-13 what only looks like a value stays', async () => {
    const content = JSON.stringify({
      order: '4111111111111112',
      iban: 'DE89370400440532013001',
      uuid: '123e4567-e89b-42d3-a456-426614174000',
    });
    expect(await redacted(content)).toBe(content);
  });

  it('BODY-14 keys, numbers and JSON in strings are masked, and stay JSON', async () => {
    const content = JSON.stringify({ [EMAIL]: 1, card: Number(CARD), inner: JSON.stringify({ to: EMAIL, n: CARD }) });
    const masked = JSON.parse(await redacted(content)) as { card: unknown; inner: string };
    expect(Object.keys(masked)[0]).toBe('REDACTED_EMAIL');
    expect(masked.card).toBe(0);
    expect(JSON.parse(masked.inner)).toEqual({ to: 'REDACTED_EMAIL', n: 'REDACTED_PAYMENT_CARD' });
  });
});

describe('content in parts', () => {
  const multipart = (part: string, fields = 'Content-Disposition: form-data; name="note"'): string =>
    `--b\r\n${fields}\r\n\r\n${part}\r\n--b--\r\n`;
  const TYPE = 'Content-Type: multipart/form-data; boundary=b';

  it('BODY-09 every part, its file name and its coding are looked through', async () => {
    expect(await redacted(multipart(EMAIL), [TYPE])).toBe(multipart('REDACTED_EMAIL'));
    const named = multipart(
      'x',
      `Content-Disposition: form-data; name="f"; filename="${EMAIL}.txt"\r\nContent-Type: text/plain`,
    );
    expect(await redacted(named, [TYPE])).not.toContain(EMAIL);
    const coded = multipart(
      Buffer.from(EMAIL).toString('base64'),
      'Content-Disposition: form-data; name="f"\r\nContent-Transfer-Encoding: base64',
    );
    expect(await redacted(coded, [TYPE])).toContain(Buffer.from('REDACTED_EMAIL').toString('base64'));
  });

  it('BODY-09 a missing boundary, and one that is never closed, are denied', async () => {
    await expectDenied(multipart(EMAIL), ['Content-Type: multipart/form-data']);
    await expectDenied('--b\r\n\r\nx', [TYPE]);
  });

  it('BODY-19 what nobody reads follows the rule, whole or as a part', async () => {
    const image = multipart(CARD, 'Content-Disposition: form-data; name="f"; filename="a.png"\r\nContent-Type: image/png');
    await expectDenied(image, [TYPE]);
    for (const type of ['application/zip', 'application/pdf', 'application/octet-stream']) {
      await expectDenied(BODY, [`Content-Type: ${type}`]);
      expect((await sent(OPAQUE, { content: BODY, fields: [`Content-Type: ${type}`] })).content.toString()).toBe(BODY);
    }
    expect((await sent(OPAQUE, { content: image, fields: [TYPE] })).content.toString()).toBe(image);
    // Nobody was asked about a part that shows only while it is read.
    const held = await ask(lab, HELD, { content: image, fields: [TYPE] });
    expect([held.status, held.reason]).toEqual([403, 'unreadable_content']);
    expectUntouched(lab.origin(HELD));
  });
});

describe('what masking changes', () => {
  it('BODY-15 length and digests are those of what leaves; a signed request is denied', async () => {
    const fields = [JSON_TYPE, 'Content-Digest: sha-256=:AAAA:', 'Content-MD5: AAAA'];
    const request = await sent(REDACT, { content: BODY, fields });
    expect(fieldOf(request, 'content-length')).toBe(String(request.content.length));
    expect([fieldOf(request, 'content-digest'), fieldOf(request, 'content-md5')]).toEqual([undefined, undefined]);
    const signed = await ask(lab, DENIED, { content: BODY, fields: [JSON_TYPE, 'X-Hub-Signature-256: sha256=00'] });
    await expectRefused(lab.gateway, signed, { status: 403, code: 'obligation_conflict' });
    expectUntouched(lab.origin(DENIED));
  });

  it('BODY-18 a token is restored by the destination that was sent it, and by no other', async () => {
    const request = await sent(TOKEN, { content: JSON.stringify({ to: EMAIL }), fields: [JSON_TYPE] });
    const echo = await ask(lab, OTHER, { content: request.content, fields: [JSON_TYPE] });
    expect(echo.content.toString()).toBe(request.content.toString());
    const back = await ask(lab, TOKEN, { content: request.content, fields: [JSON_TYPE] });
    expect(JSON.parse(back.content.toString())).toEqual({ to: EMAIL });
  });

  it('BODY-20 the same value is the same token throughout a session', async () => {
    const tokenIn = async (): Promise<string> => {
      const { content } = await sent(TOKEN, { content: `mail ${EMAIL} or ${EMAIL}`, fields: [TEXT] });
      const found = content.toString().match(/EMAIL_[a-z0-9]{12}/g) ?? [];
      expect(new Set(found).size).toBe(1);
      return found[0]!;
    };
    expect(await tokenIn()).toBe(await tokenIn());
  });

  it('BODY-21 a pattern that would take for ever is refused when the policy is loaded', async () => {
    const rules = 'cordon: 1\nentities: [{ id: slow, pattern: "(a+)+$", max: 64 }]\n';
    const event = await lab.gateway.reload({ ...lab.policy([]), 'entities.yaml': rules });
    expect(event.change).toBe('refused');
    expect(event.errors?.join()).toMatch(/entities\.yaml:2.*pattern|repetition/);
  });
});
