import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { response } from '../../support/origin-scripts.ts';
import type { OriginRequest, Script } from '../../support/origin.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { deleteContentKeys, partOf, recordedContent, type OpenedContent } from '../../support/recorded-content.ts';
import { cordon } from '../../cli/cordon.ts';
import { archiveErrors, type HarArchive } from '../../recording/export/har-archive.ts';
import { ask, AWS_KEY, CARD, EMAIL, expectNowhereInState, IBAN, parrot, VALUES } from '../masking/ask.ts';

const PARROT = 'parrot.de.lab.example';
const SECURE = 'secure.de.lab.example';
const TOKENS = 'tokens.de.lab.example';
const ZIPPED = 'zipped.de.lab.example';
const STREAM = 'stream.de.lab.example';
const IMAGE = 'image.de.lab.example';
const LONG = 'long.de.lab.example';
const BROKEN = 'broken.de.lab.example';
const PART = 'part.de.lab.example';
const HEADS = 'heads.de.lab.example';
const TRAILED = 'trailed.de.lab.example';
const PLAIN = 'plain.de.lab.example';
const id = (name: string): string => name.replaceAll('.', '-');
const JSON_TYPE = 'Content-Type: application/json';
const DIGEST: unknown = expect.stringMatching(/^[0-9a-f]{64}$/);
const LIMIT = 256 * 1024;

const zipped: Script = ({ connection }) => {
  const content = gzipSync(JSON.stringify({ card: CARD, note: `call ${IBAN}` }));
  const head = `HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\nContent-Encoding: gzip\r\nContent-Length: ${content.length}\r\n\r\n`;
  connection.socket.write(Buffer.concat([Buffer.from(head), content]));
};

/** Begins a stream of events; the test says when each leaves. */
const streams: OriginRequest[] = [];
const stream: Script = (request) => {
  request.connection.socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
  streams.push(request);
};

const EVENTS = ['data: one\n\n', `data: two ${CARD}\n\n`, 'data: three\n\n'] as const;

const IMAGE_BYTES = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47]), Buffer.from(`${CARD} ${EMAIL}`)]);
const image: Script = ({ connection }) => {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: ${IMAGE_BYTES.length}\r\n\r\n`;
  connection.socket.write(Buffer.concat([Buffer.from(head), IMAGE_BYTES]));
};

/** A good beginning of gzip, then what is none. */
const broken: Script = ({ connection: { socket } }) => {
  const coded = gzipSync(JSON.stringify({ note: EMAIL }));
  const content = Buffer.concat([coded.subarray(0, 12), Buffer.alloc(40, 0xff)]);
  socket.write(`HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\nContent-Encoding: gzip\r\nContent-Length: ${content.length}\r\n\r\n`);
  socket.write(content);
};

const heads = response('200 OK', 'fine', [
  'Content-Type: text/plain',
  `X-Owner: ${EMAIL}`,
  `ETag: "${EMAIL}"`,
  'Set-Cookie: sid=very-secret-session',
]);

const trailed: Script = ({ connection: { socket } }) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTrailer: X-Owner, X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n');
  socket.write(`4\r\nfine\r\n0\r\nX-Owner: ${EMAIL}\r\nX-Sum: right\r\nSet-Cookie: sid=very-secret-session\r\n\r\n`);
};

let lab: Lab;

beforeAll(async () => {
  const origin = (handler: Script) => ({ country: 'DE', handler }) as const;
  lab = await startLab({
    origins: {
      [PARROT]: origin(parrot),
      [SECURE]: { country: 'DE', tls: 'good', handler: parrot },
      [TOKENS]: origin(parrot),
      [ZIPPED]: origin(zipped),
      [STREAM]: origin(stream),
      [IMAGE]: origin(image),
      [LONG]: origin(response('200 OK', 'a line of text\n'.repeat(40_000), ['Content-Type: text/plain'])),
      [BROKEN]: origin(broken),
      [PART]: origin(response('206 Partial Content', `${CARD.slice(4)} and so on`, ['Content-Type: text/plain'])),
      [HEADS]: origin(heads),
      [TRAILED]: origin(trailed),
      [PLAIN]: origin(parrot),
    },
    rules: [
      `{ id: recorded, to: [${[PARROT, SECURE, ZIPPED, STREAM, IMAGE, LONG, BROKEN, PART, HEADS, TRAILED].map(id).join()}], then: permit, record: content }`,
      `{ id: tokens, to: [${id(TOKENS)}], then: permit, record: content, mask: { request: { entities: [email], as: token } } }`,
      `{ id: plain, to: [${id(PLAIN)}], then: permit }`,
    ],
    settings: { recordings: { 'content-limit': '256KiB' } },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** Both messages of the only exchange with this origin, once it has ended. */
async function recordedWith(
  name: string,
  target = '/x',
): Promise<{ request: readonly OpenedContent[]; response: readonly OpenedContent[] }> {
  const decision = await lab.gateway.waitForRecord(
    (record) => record.kind === 'decision' && record.target?.endsWith(`${lab.authority(name)}${target}`) === true,
  );
  const exchange = 'exchange' in decision ? decision.exchange : '';
  await lab.gateway.waitForRecord((record) => record.kind === 'outcome' && record.exchange === exchange);
  const all = await recordedContent(lab.gateway);
  return { request: partOf(all, exchange, 'request'), response: partOf(all, exchange, 'response') };
}

/** What is recorded so far of answers of this origin. */
async function recordedTexts(name: string): Promise<readonly string[]> {
  const decisions = (await lab.gateway.records()).filter(
    (each) => each.kind === 'decision' && each.target?.includes(name) === true,
  );
  const exchanges = new Set(decisions.map((each) => (each as { exchange?: string }).exchange));
  const all = await recordedContent(lab.gateway);
  return all
    .filter(({ exchange, part, bytes }) => exchanges.has(exchange) && part === 'response' && bytes > 0)
    .map(({ text }) => text);
}

const textOf = (pieces: readonly OpenedContent[]): string => pieces.map(({ text }) => text).join('');

/** Neither what is written nor what is sealed in it holds any of the values. */
async function expectNothingRaw(): Promise<void> {
  await expectNowhereInState(lab.gateway);
  const opened = JSON.stringify(await recordedContent(lab.gateway));
  expect(VALUES.filter((value) => opened.includes(value))).toEqual([]);
}

const AUDITOR = 'audra@acme.example';

/** Sends content with a value that is masked; the session that it was part of. */
async function exchangedWith(target: string): Promise<string> {
  const content = JSON.stringify({ note: `to ${EMAIL}` });
  await ask(lab, PARROT, { target: `${target}?to=${encodeURIComponent(EMAIL)}`, fields: [JSON_TYPE], content });
  const decision = await lab.gateway.waitForRecord(
    (record) => record.kind === 'decision' && record.target?.includes(target) === true,
  );
  const { exchange, session } = decision as { readonly exchange: string; readonly session?: string };
  await lab.gateway.waitForRecord((record) => record.kind === 'outcome' && record.exchange === exchange);
  return session ?? '';
}

async function archiveOfCommand(session: string): Promise<string> {
  const { code, out } = await cordon(['sessions', 'export', session, '--format', 'har'], lab.gateway.directory);
  expect(code).toBe(0);
  return out;
}

async function archiveOfApi(session: string): Promise<string> {
  const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
  const minted = await lab.gateway.adminAsk('/v1/tokens', {
    method: 'POST',
    headers,
    json: { person: AUDITOR, role: 'auditor' },
  });
  const { token } = minted.content as { readonly token: string };
  const { address, port } = lab.gateway.admin;
  const url = `http://${address}:${port}/v1/sessions/${encodeURIComponent(session)}/export?format=har`;
  return await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).text();
}

/** What the record says of exports, of all writers. */
async function exportsOnRecord() {
  const admin = (await lab.gateway.records()).filter((each) => each.kind === 'admin');
  return admin.filter(({ action }) => action === 'records.exported' || action === 'records.export-ended');
}

const hasContent = ({ _cordon }: HarArchive['log']['entries'][number]): boolean => 'content' in _cordon;

describe('record: content', () => {
  it('records both messages masked, although no rule masks them, and sends them as they are', async () => {
    const content = JSON.stringify({ card: CARD, iban: IBAN, key: AWS_KEY, note: `write to ${EMAIL}` });
    const answer = await ask(lab, PARROT, {
      fields: [JSON_TYPE, 'Authorization: Bearer agents-own-secret', `X-Owner: ${EMAIL}`],
      content,
    });
    expect(answer.content.toString()).toBe(content);
    const { request, response: answered } = await recordedWith(PARROT);
    expect(request).toMatchObject([
      {
        index: 0,
        last: true,
        passed: content.length,
        notes: { head: { method: 'POST', target: '/x' }, mediaType: 'application/json' },
      },
    ]);
    expect(answered).toMatchObject([{ index: 0, last: true, passed: content.length, notes: { head: { status: 200 } } }]);
    for (const pieces of [request, answered]) {
      const text = JSON.parse(textOf(pieces)) as Record<string, string>;
      expect(text).toMatchObject({
        card: expect.stringContaining('REDACTED'),
        note: expect.stringMatching(/^write to .*REDACTED/),
      });
      expect(pieces[0]!.bytes).toBe(textOf(pieces).length);
    }
    const fields = Object.fromEntries(request[0]!.notes.head!.fields) as Record<string, string>;
    expect(fields).toMatchObject({
      Authorization: 'REDACTED',
      Host: lab.authority(PARROT),
      'Content-Length': `${content.length}`,
    });
    expect(fields['X-Owner']).toContain('REDACTED');
    expect(JSON.stringify(request)).not.toContain('agents-own-secret');
    await expectNothingRaw();
  });

  it('records intercepted requests as well, and of a target what may be kept', async () => {
    await using client = await lab.https(SECURE);
    const target = `/mail/${EMAIL}?to=${encodeURIComponent(EMAIL)}&page=2`;
    client.send(`GET ${target} HTTP/1.1\r\nHost: ${lab.authority(SECURE)}\r\n\r\n`);
    expect((await client.response()).status).toBe(200);
    const decision = await lab.gateway.waitForRecord(
      (record) => record.kind === 'decision' && record.target?.includes('/mail/') === true,
    );
    await lab.gateway.waitForRecord(
      (record) => record.kind === 'outcome' && 'exchange' in decision && record.exchange === decision.exchange,
    );
    const request = partOf(await recordedContent(lab.gateway), 'exchange' in decision ? decision.exchange : '', 'request');
    expect(request).toMatchObject([{ index: 0, last: true, bytes: 0, passed: 0 }]);
    expect(request[0]!.notes.head).toMatchObject({
      target: expect.stringMatching(/^\/mail\/.*REDACTED.*\?to=.*REDACTED.*&page=2$/),
    });
    await expectNothingRaw();
  });

  it('records what left and what came back before tokens were restored', async () => {
    const content = JSON.stringify({ note: EMAIL });
    const answer = await ask(lab, TOKENS, { fields: [JSON_TYPE], content });
    expect(answer.content.toString()).toBe(content);
    const { request, response: answered } = await recordedWith(TOKENS);
    expect(textOf(request)).toMatch(/^\{"note":"EMAIL_[a-z0-9]{12}"\}$/);
    expect(textOf(answered)).toBe(textOf(request));
    await expectNothingRaw();
  });

  it('undoes codings before it records', async () => {
    await ask(lab, ZIPPED, {
      fields: [JSON_TYPE, 'Content-Encoding: gzip'],
      content: gzipSync(JSON.stringify({ card: CARD })),
    });
    const { request, response: answered } = await recordedWith(ZIPPED);
    expect(JSON.parse(textOf(request))).toEqual({ card: expect.stringContaining('REDACTED') });
    expect(JSON.parse(textOf(answered))).toEqual({
      card: expect.stringContaining('REDACTED'),
      note: expect.stringMatching(/^call .*REDACTED/),
    });
    await expectNothingRaw();
  });

  it('records the trailers of an answer, masked as its fields are', async () => {
    await ask(lab, TRAILED);
    const { response: answered } = await recordedWith(TRAILED);
    expect(textOf(answered)).toBe('fine');
    expect(answered.at(-1)).toMatchObject({
      last: true,
      notes: {
        trailers: [
          ['X-Owner', expect.stringContaining('REDACTED')],
          ['X-Sum', 'right'],
          ['Set-Cookie', 'REDACTED'],
        ],
      },
    });
    await expectNothingRaw();
  });

  it('records a stream as it passes, at its own pace', async () => {
    await using client = await lab.connect();
    const authority = lab.authority(STREAM);
    client.send(`GET http://${authority}/x HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    await client.until('\r\n\r\n');
    const { socket } = streams.at(-1)!.connection;
    for (const [index, event] of EVENTS.entries()) {
      socket.write(`${event.length.toString(16)}\r\n${event}\r\n`);
      await client.until(event);
      // It is on the record while the stream goes on: the next one leaves only then.
      await expect.poll(() => recordedTexts(STREAM), { timeout: 5_000 }).toHaveLength(index + 1);
    }
    socket.write('0\r\n\r\n');
    const { response: answered } = await recordedWith(STREAM);
    const texts = answered.filter(({ bytes }) => bytes > 0);
    expect(texts.map(({ text }) => text)).toEqual([EVENTS[0], expect.stringMatching(/^data: two .*REDACTED/), EVENTS[2]]);
    // A piece waits 100 ms for company, and the next event left after it was written.
    for (const [index, { at }] of texts.entries()) if (index > 0) expect(at - texts[index - 1]!.at).toBeGreaterThanOrEqual(99);
    expect(answered.map(({ index }) => index)).toEqual(answered.map((_, index) => index));
    expect(answered.filter(({ last }) => last === true)).toEqual([answered.at(-1)]);
    await expectNothingRaw();
  });

  it('keeps length and digest of what nobody reads, and nothing else of it', async () => {
    await ask(lab, IMAGE, { fields: ['Content-Type: image/png'], content: IMAGE_BYTES });
    const { request, response: answered } = await recordedWith(IMAGE);
    const unread = { bytes: 0, text: '', last: true, unread: 'opaque', passed: IMAGE_BYTES.length };
    expect(request).toMatchObject([unread]);
    expect(answered).toMatchObject([unread]);
    expect(answered[0]!.notes.digest).toEqual(DIGEST);
    // The same bytes have the same digest, and it is not one that anybody could make.
    expect(request[0]!.notes.digest).toBe(answered[0]!.notes.digest);
    expect(request[0]!.notes.digest).not.toBe(hash('sha256', IMAGE_BYTES, 'hex'));
    await expectNothingRaw();
  });

  it('keeps length and digest of a part of something: values may lie across its ends', async () => {
    await ask(lab, PART, { method: 'GET' });
    const { response: answered } = await recordedWith(PART);
    expect(answered).toMatchObject([{ last: true, bytes: 0, unread: 'partial', notes: { digest: DIGEST } }]);
    await expectNothingRaw();
  });

  it('says how far content could be read, and keeps its length and digest', async () => {
    await ask(lab, BROKEN, { method: 'GET' });
    const { response: answered } = await recordedWith(BROKEN);
    expect(answered.at(-1)).toMatchObject({
      last: true,
      cut: 'unreadable',
      passed: 52,
      notes: { digest: DIGEST, detail: 'The gzip content ends too early' },
    });
    await expectNothingRaw();
  });

  it('masks fields that are spared on the wire, and keeps no cookie', async () => {
    const answer = await ask(lab, HEADS, { method: 'GET' });
    expect(answer.field('etag')).toBe(`"${EMAIL}"`);
    const { response: answered } = await recordedWith(HEADS);
    const fields = Object.fromEntries(answered[0]!.notes.head!.fields) as Record<string, string>;
    expect(fields).toMatchObject({
      'X-Owner': expect.stringContaining('REDACTED'),
      ETag: expect.stringContaining('REDACTED'),
      'Set-Cookie': 'REDACTED',
    });
    await expectNothingRaw();
  });

  it('records so much of a message as may be recorded, and passes all of it on', async () => {
    const answer = await ask(lab, LONG, { method: 'GET' });
    expect(answer.content.length).toBe(600_000);
    const { response: answered } = await recordedWith(LONG);
    expect(textOf(answered)).toBe(answer.content.toString().slice(0, LIMIT));
    expect(Math.max(...answered.map(({ bytes }) => bytes))).toBeLessThanOrEqual(64 * 1024);
    expect(answered.at(-1)).toMatchObject({ last: true, cut: 'limit', passed: 600_000 });
  });

  it('records no content where no rule asks for it', async () => {
    await ask(lab, PLAIN, { fields: [JSON_TYPE], content: '{"a":1}' });
    expect(await recordedWith(PLAIN)).toEqual({ request: [], response: [] });
  });

  it.each(['cordon sessions export', 'GET /v1/sessions/{id}/export'])(
    'is in archives of %s, which say on the record that it is',
    async (way) => {
      const target = `/archive/${way.length}`;
      const session = await exchangedWith(target);
      const text = way.startsWith('GET') ? await archiveOfApi(session) : await archiveOfCommand(session);
      const archive = JSON.parse(text) as HarArchive;
      expect(archiveErrors(archive)).toEqual([]);
      const entry = archive.log.entries.find(({ request }) => request.url.includes(target));
      const masked: unknown = expect.stringMatching(/^\{"note":"to .*REDACTED.*"\}$/);
      expect(entry).toMatchObject({
        request: {
          url: expect.stringMatching(/\?to=.*REDACTED/),
          postData: { mimeType: 'application/json', text: masked },
        },
        response: { status: 200, content: { mimeType: 'application/json', text: masked } },
      });
      expect(VALUES.filter((value) => text.includes(value))).toEqual([]);
      const actor: unknown = way.startsWith('GET') ? AUDITOR : expect.stringMatching(/^local:/);
      const details = { format: 'har', content: 'masked' };
      expect((await exportsOnRecord()).filter((each) => (each.actor === AUDITOR) === way.startsWith('GET'))).toMatchObject([
        { actor, action: 'records.exported', details },
        {
          actor,
          action: 'records.export-ended',
          details: { ...details, contents: archive.log.entries.filter(hasContent).length },
        },
      ]);
    },
  );

  it('cannot be read any more once the keys of its session are deleted', async () => {
    await ask(lab, PARROT, { target: '/shred', fields: [JSON_TYPE], content: '{"a":1}' });
    const decision = await lab.gateway.waitForRecord(
      (record) => record.kind === 'decision' && record.target?.endsWith('/shred') === true,
    );
    expect(await recordedContent(lab.gateway)).not.toEqual([]);
    await deleteContentKeys(lab.gateway, (decision as { session?: string }).session ?? '');
    await expect(recordedContent(lab.gateway)).rejects.toThrow(
      /^The content key \S+ was deleted: what was sealed under it cannot be read any more$/,
    );
  });
});
