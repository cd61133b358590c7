import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import { response } from '../../support/origin-scripts.ts';
import type { Script } from '../../support/origin.ts';
import { ask, AWS_KEY, CARD, EMAIL, expectNowhereInState, IBAN, parrot } from './ask.ts';

const STREAM = 'stream.de.lab.example';
const MASKED = 'masked.de.lab.example';
const EMPTY = 'empty.de.lab.example';
const IMAGE = 'image.de.lab.example';
const UTF16 = 'utf16.de.lab.example';
const BROKEN = 'broken.de.lab.example';
const FOREIGN = 'foreign.de.lab.example';
const ZIPPED = 'zipped.de.lab.example';
const PARROT = 'parrot.de.lab.example';
const id = (name: string): string => name.replaceAll('.', '-');
const JSON_TYPE = 'Content-Type: application/json';

let lab: Lab;
/** The token that stood for the address in the last request to a stream, and how far the stream is. */
let token = '';

const delta = (content: string): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })}\n\n`;

/** A model that repeats a token in two deltas and a card in three, event by event. */
const stream: Script = async ({ content, connection: { socket } }) => {
  token = /EMAIL_[a-z0-9]{12}/.exec(content.toString())?.[0] ?? '';
  socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
  const texts = ['I wrote ', `to ${token.slice(0, 9)}`, `${token.slice(9)} about `, '4111 1111', ' 1111 ', '1111 now', '.'];
  for (const text of texts) {
    const event = delta(text);
    socket.write(`${event.length.toString(16)}\r\n${event}\r\n`);
    await pause(30);
  }
  socket.write('e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n');
};

const withValues: Script = ({ method, connection }) => {
  const coded = gzipSync(JSON.stringify({ card: CARD, note: `call ${IBAN}` }));
  connection.socket.write(
    Buffer.concat([
      Buffer.from(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Owner: ${EMAIL}\r\nETag: "1"\r\nContent-Encoding: gzip\r\nContent-Length: ${coded.length}\r\n\r\n`,
      ),
      method === 'HEAD' ? Buffer.alloc(0) : coded,
    ]),
  );
};

/** Sends a good beginning, then what is no gzip any more. */
const broken: Script = async ({ connection: { socket } }) => {
  const coded = gzipSync(JSON.stringify({ text: Array.from({ length: 60_000 }, (_, i) => `${i * 7919}x`).join(' ') }));
  socket.write(
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: ${coded.length}\r\n\r\n`,
  );
  socket.write(coded.subarray(0, coded.length - 5000));
  await pause(50);
  socket.write(Buffer.alloc(5000, 0xff));
};

const ZIP = gzipSync('not as its fields tell');
const zipped: Script = ({ connection: { socket } }) => {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${ZIP.length}\r\n\r\n`);
  socket.write(ZIP);
};

/** UTF-16 that its field tells of; at `/zip` it tells of what is gzip in truth. */
const inUtf16: Script = ({ target, connection: { socket } }) => {
  const text = Buffer.from(`mail ${EMAIL}!`, 'utf16le');
  const content = target === '/zip' ? gzipSync(text) : text;
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-16le\r\nContent-Length: ${content.length}\r\n\r\n`;
  socket.write(Buffer.concat([Buffer.from(head), content]));
};

beforeAll(async () => {
  const mask = 'mask: { response: { entities: [pii, secrets], as: redact } }';
  lab = await startLab({
    origins: {
      [STREAM]: { country: 'DE', handler: stream },
      [MASKED]: { country: 'DE', handler: withValues },
      [EMPTY]: { country: 'DE', handler: response('204 No Content', '') },
      [IMAGE]: { country: 'DE', handler: response('200 OK', 'PNG', ['Content-Type: image/png']) },
      [UTF16]: { country: 'DE', handler: inUtf16 },
      [BROKEN]: { country: 'DE', handler: broken },
      [FOREIGN]: { country: 'DE', handler: parrot },
      [ZIPPED]: { country: 'DE', handler: zipped },
      [PARROT]: { country: 'DE', handler: parrot },
    },
    rules: [
      `{ id: stream, to: [${id(STREAM)}], then: permit, mask: { request: { entities: [pii], as: token }, response: { entities: [payment-card], as: redact } } }`,
      `{ id: masked, to: [${[MASKED, EMPTY, IMAGE, UTF16, BROKEN].map(id).join()}], then: permit, ${mask} }`,
      `{ id: parrots, to: [${id(FOREIGN)}, ${id(PARROT)}, ${id(ZIPPED)}], then: permit, mask: { request: { entities: [pii], as: token } } }`,
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** What the deltas of a stream say, put together. */
function said(events: string): string {
  return [...events.matchAll(/^data: (\{.*\})$/gm)]
    .map(([, data]) => (JSON.parse(data!) as { choices: [{ delta: { content?: string } }] }).choices[0].delta.content ?? '')
    .join('');
}

const PROMPT = JSON.stringify({ stream: true, messages: [{ role: 'user', content: `write to ${EMAIL}` }] });
const WHOLE = `I wrote to ${EMAIL} about REDACTED_PAYMENT_CARD now.`;

describe('a stream of events', () => {
  it('has tokens restored and values masked across events, each as soon as it is certain', async () => {
    const authority = lab.authority(STREAM);
    await using client = await lab.connect();
    client.send(
      `POST http://${authority}/v1/chat/completions HTTP/1.1\r\nHost: ${authority}\r\n${JSON_TYPE}\r\nContent-Length: ${PROMPT.length}\r\n\r\n${PROMPT}`,
    );
    let events = '';
    const first = performance.now();
    events += await client.until('I wrote ');
    events += await client.until(`${EMAIL} about `);
    // Three of the seven events: what is told by then must not wait for the end.
    expect(performance.now() - first).toBeLessThan(1000);
    expect(lab.origin(STREAM).requests.at(-1)?.raw).not.toContain(EMAIL);
    expect(client.unread).not.toContain('[DONE]');
    events += await client.until('[DONE]');
    expect(said(events)).toBe(WHOLE);
    expect(token).toMatch(/^EMAIL_/);
  });

  it.skipIf(spawnSync('curl', ['--version']).error !== undefined)('comes through curl the same', async () => {
    const { address, port } = lab.gateway.proxy;
    const args = ['-sS', '-N', '-x', `http://${address}:${port}`, '-H', JSON_TYPE, '--data-binary', '@-'];
    const curl = spawn('curl', [...args, `http://${lab.authority(STREAM)}/v1/chat/completions`]);
    let events = '';
    curl.stdout.setEncoding('utf8').on('data', (text: string) => (events += text));
    curl.stdin.end(PROMPT);
    const [status] = (await once(curl, 'close')) as [number];
    expect([status, said(events)]).toEqual([0, WHOLE]);
  });
});

describe('a response whose content is masked', () => {
  it('comes without the values, decoded where the client asked for no coding', async () => {
    const answer = await ask(lab, MASKED, { method: 'GET' });
    expect(JSON.parse(answer.content.toString())).toEqual({ card: 'REDACTED_PAYMENT_CARD', note: 'call REDACTED_IBAN' });
    expect(answer.field('content-encoding')).toBeUndefined();
    expect(answer.field('x-owner')).toBe('REDACTED_EMAIL');
    expect(answer.field('etag')).toBe('W/"1"');
  });

  it('without content is as it would be with it', async () => {
    expect((await ask(lab, MASKED, { method: 'HEAD' })).status).toBe(200);
    expect((await ask(lab, EMPTY, { method: 'GET' })).status).toBe(204);
  });

  it('in UTF-16 with its charset is masked, and stays what it was', async () => {
    const answer = await ask(lab, UTF16, { method: 'GET' });
    expect(Buffer.from(answer.content).toString('utf16le')).toBe('mail REDACTED_EMAIL!');
    const zipped = await ask(lab, UTF16, { method: 'GET', target: '/zip' });
    expect([zipped.status, zipped.reason]).toEqual([403, 'unreadable_content']);
  });

  it('that nobody here reads is refused', async () => {
    const answer = await ask(lab, IMAGE, { method: 'GET' });
    expect([answer.status, answer.reason]).toEqual([403, 'unreadable_content']);
  });

  it('that breaks on the way is cut on both sides, and the record tells how far it came', async () => {
    await using client = await lab.connect();
    client.send(`GET http://${lab.authority(BROKEN)}/ HTTP/1.1\r\nHost: ${lab.authority(BROKEN)}\r\n\r\n`);
    const all = await client.rest();
    expect(all).toContain('HTTP/1.1 200 OK');
    expect(all).not.toMatch(/0\r\n\r\n$/);
    const outcome = await lab.gateway.waitForRecord(
      (each) => each.kind === 'outcome' && each.code === 'unreadable_content' && each.bytes.received > 10_000,
    );
    expect(outcome).toMatchObject({ status: 200 });
  });
});

describe('tokens', () => {
  it('are all that is looked for where no response is masked: what cannot be read passes as it is', async () => {
    const fields = ['Content-Type: text/plain; charset=utf-16le'];
    const sent = Buffer.from(`mail ${EMAIL}!`, 'utf16le');
    const answer = await ask(lab, PARROT, { content: sent, fields });
    expect(Buffer.from(answer.content).toString('utf16le')).toBe(`mail ${EMAIL}!`);
    const zip = await ask(lab, ZIPPED, { content: JSON.stringify({ to: EMAIL }), fields: [JSON_TYPE] });
    expect(Buffer.from(zip.content)).toEqual(ZIP);
  });

  it('that another destination echoes are not restored there, and the record tells', async () => {
    await ask(lab, PARROT, { content: JSON.stringify({ to: EMAIL }), fields: [JSON_TYPE] });
    const sent = /EMAIL_[a-z0-9]{12}/.exec(lab.origin(PARROT).requests.at(-1)!.raw)![0];
    const answer = await ask(lab, FOREIGN, { content: JSON.stringify({ echo: sent }), fields: [JSON_TYPE] });
    expect(JSON.parse(answer.content.toString())).toEqual({ echo: sent });
    const outcome = await lab.gateway.waitForRecord(
      (each) => each.kind === 'outcome' && (each.detail ?? '').includes('another destination'),
    );
    expect(outcome).toMatchObject({ status: 200 });
  });
});

describe('the state of the gateway', () => {
  it('holds no value of a response', () => expectNowhereInState(lab.gateway, [CARD, IBAN, EMAIL, AWS_KEY]));

  it('counts what was found', async () => {
    const { content } = await lab.gateway.adminGet('/metrics');
    expect(content).toMatch(/cordon_findings_total\{entity="email",direction="request"\} \d/);
    expect(content).toMatch(/cordon_findings_total\{entity="iban",direction="response"\} \d/);
  });
});
