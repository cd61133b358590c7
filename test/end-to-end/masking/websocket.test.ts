import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebSocketLab, type WebSocketLab } from '../../support/websocket-lab.ts';
import { AWS_KEY, CARD, EMAIL, expectNowhereInState } from './ask.ts';

const REDACTED_CARD = 'REDACTED_PAYMENT_CARD';

const RULE = 'mask: { request: [pii], response: [secrets] }';

let started: AsyncDisposableStack;
let lab: WebSocketLab;
let secure: WebSocketLab;

beforeAll(async () => {
  started = new AsyncDisposableStack();
  const plain = startWebSocketLab({
    rules: {
      '/chat/**': 'mask: { request: [pii, secrets], response: [contact] }',
      '/tokens/**': 'mask: { request: { entities: [pii, secrets], as: token } }',
      '/opaque/**': 'opaque: pass, mask: { request: [pii], response: [pii] }',
    },
    deflate: { threshold: 0 },
    answer: (message, isBinary, client) => {
      const text = message.toString();
      if (text.startsWith('say ')) client.send(`write to ${EMAIL}`);
      else client.send(message, { binary: isBinary });
    },
  });
  const overTls = startWebSocketLab({ rules: { '/chat/**': RULE }, deflate: { threshold: 0 }, isSecure: true });
  lab = started.use(await plain);
  secure = started.use(await overTls);
});
afterAll(() => started.disposeAsync());

describe('masked messages of a WebSocket', () => {
  it('texts are masked both ways, and what holds nothing passes byte for byte', async () => {
    await using client = await lab.open();
    const before = lab.messages.length;
    client.send(`card ${CARD}`);
    client.send(JSON.stringify({ text: `grüße, ${CARD}`, more: [1.5, null] }));
    client.send('plain');
    client.send('say it');
    await expect.poll(() => client.got.length).toBe(4);
    const json = JSON.stringify({ text: `grüße, ${REDACTED_CARD}`, more: [1.5, null] });
    expect(lab.messages.slice(before)).toEqual([`card ${REDACTED_CARD}`, json, 'plain', 'say it']);
    expect(client.got.at(-1)).toBe('write to REDACTED_EMAIL');
    const closed = client.closed;
    client.socket.close(4001, `bye ${CARD}`);
    expect(await closed).toEqual({ code: 4001, reason: `bye ${REDACTED_CARD}` });
    const outcome = await lab.outcome(({ findings }) => findings['payment-card'] === 3);
    expect(outcome).toMatchObject({ detail: 'closed', findings: { 'payment-card': 3, email: 1 } });
    expect(outcome.bytes.sent).toBeGreaterThan(json.length);
    expect(outcome.bytes.received).toBeGreaterThan(json.length);
    await expectNowhereInState(lab.gateway, [CARD, EMAIL]);
  });

  it('compressed messages that refer to each other are read, masked and compressed again', async () => {
    await using client = await lab.open({ deflate: { threshold: 0 } });
    expect(client.socket.extensions).toContain('permessage-deflate');
    const before = lab.messages.length;
    const prose = 'The quick brown fox jumps over the lazy dog. '.repeat(40);
    for (let i = 0; i < 5; i++) client.send(`${prose}${i} ${CARD} ${prose}`);
    await expect.poll(() => client.got.length).toBe(5);
    const wanted = [0, 1, 2, 3, 4].map((i) => `${prose}${i} ${REDACTED_CARD} ${prose}`);
    expect(lab.messages.slice(before)).toEqual(wanted);
    expect(client.got).toEqual(wanted);
    client.socket.close();
    await client.closed;
    const { bytes } = await lab.outcome(({ findings }) => findings['payment-card'] === 5);
    expect(bytes.sent).toBeLessThan(2 * prose.length);
  });

  it.each([
    { clientNoContextTakeover: true, serverNoContextTakeover: true },
    { clientMaxWindowBits: 9, serverMaxWindowBits: 10 },
    { clientMaxWindowBits: 8 },
  ])('every way of compressing is kept: %o', async (parameters) => {
    await using client = await lab.open({ deflate: { threshold: 0, ...parameters } });
    const text = Array.from({ length: 2_000 }, (_, i) => `line ${i * 7919}`).join('\n');
    for (let i = 0; i < 3; i++) client.send(`${text} ${CARD}`);
    await expect.poll(() => client.got).toEqual([0, 1, 2].map(() => `${text} ${REDACTED_CARD}`));
  });

  it('a ping between fragments arrives before the message', async () => {
    await using client = await lab.open();
    const before = lab.messages.length;
    client.socket.send('first half, ', { fin: false });
    client.socket.ping(`are you there, ${EMAIL}`);
    await expect.poll(() => client.pongs).toEqual(['are you there, REDACTED_EMAIL']);
    expect(lab.messages).toHaveLength(before);
    client.socket.send('second half', { fin: true });
    await expect.poll(() => client.got).toEqual(['first half, second half']);
  });

  it('deltas of a language model are one text', async () => {
    await using client = await lab.open();
    const event = (type: string, text: object): string =>
      JSON.stringify({ type: `response.output_text.${type}`, item_id: 'i', output_index: 0, content_index: 0, ...text });
    for (const delta of ['write to anna.', 'schmidt@exam', 'ple.org', ' today']) client.send(event('delta', { delta }));
    client.send(event('done', { text: `write to ${EMAIL} today` }));
    await expect.poll(() => client.got.some((each) => String(each).includes('.done'))).toBe(true);
    const events = client.got.map((each) => JSON.parse(String(each)) as { delta?: string; text?: string });
    expect(events.map(({ delta = '' }) => delta).join('')).toBe('write to REDACTED_EMAIL today');
    expect(events.at(-1)?.text).toBe('write to REDACTED_EMAIL today');
  });

  it('large messages pass with back-pressure', async () => {
    await using client = await lab.open();
    const text = 'x '.repeat(1_500_000);
    client.send(text);
    client.send(text);
    await expect.poll(() => client.got.length, { timeout: 5_000 }).toBe(2);
    expect(client.got.every((each) => each === text)).toBe(true);
  });

  it('a handshake has its query masked, and no extension that nobody here reads', async () => {
    await using raw = await lab.openRaw(['Sec-WebSocket-Extensions: x-other, permessage-deflate; odd, permessage-deflate']);
    expect(lab.handshakes.at(-1)?.headers['sec-websocket-extensions']).toBe('permessage-deflate');
    raw.socket.destroy();
    await using client = await lab.open({ path: `/chat/1?to=${EMAIL}` });
    expect(client.socket.readyState).toBe(1);
    expect(lab.handshakes.at(-1)?.url).toBe('/chat/1?to=REDACTED_EMAIL');
  });
});

describe('messages with tokens', () => {
  it.each([false, { threshold: 0 }])('leave as tokens and come back as values: compressed %o', async (deflate) => {
    await using client = await lab.open({ deflate, path: '/tokens/1' });
    const before = lab.messages.length;
    const text = JSON.stringify({ mail: EMAIL, text: `key ${AWS_KEY}, "mail" ${EMAIL}` });
    client.send(text);
    client.send(`plain ${EMAIL}`);
    await expect.poll(() => client.got).toEqual([text, `plain ${EMAIL}`]);
    expect(lab.messages.slice(before).join('')).not.toMatch(/anna|AKIA/);
    expect(lab.messages.at(-1)).toMatch(/^plain EMAIL_[A-Za-z0-9]+$/);
  });

  it('an answer in binary passes, since nothing of it is masked', async () => {
    await using client = await lab.open({ path: '/tokens/1' });
    lab.origin.send(Buffer.from([0, 1, 2, 255]));
    await expect.poll(() => client.got).toEqual([Buffer.from([0, 1, 2, 255])]);
  });
});

describe('messages where opaque ones pass', () => {
  it.each([false, { threshold: 0 }])('binary ones pass unread: compressed %o', async (deflate) => {
    await using client = await lab.open({ deflate, path: '/opaque/1' });
    const binary = Buffer.from(`\0${CARD} `.repeat(2_000));
    client.send(binary.subarray(0, 100), binary.subarray(100));
    client.send(CARD);
    client.send(binary);
    await expect.poll(() => client.got).toEqual([binary, REDACTED_CARD, binary]);
  });
});

describe('masked messages over TLS', () => {
  it('are masked both ways, and counted', async () => {
    await using client = await secure.open({ deflate: { threshold: 0 } });
    const prose = 'The quick brown fox jumps over the lazy dog. '.repeat(2_000);
    client.send(`${prose}${CARD} ${AWS_KEY}`);
    await expect.poll(() => client.got).toEqual([expect.stringMatching(/ REDACTED_PAYMENT_CARD REDACTED_[A-Z_]+$/)]);
    client.socket.close();
    await client.closed;
    const { bytes } = await secure.outcome(({ findings }) => findings['payment-card'] === 1);
    expect(bytes.sent).toBeLessThan(prose.length / 4);
    expect(bytes.received).toBeLessThan(prose.length / 4);
  });

  it('end with the client, and with the origin', async () => {
    await using gone = await secure.open();
    gone.socket.terminate();
    await expect.poll(() => secure.origin.readyState).toBe(3);
    await using left = await secure.open();
    secure.origin.terminate();
    expect(await left.closed).toEqual({ code: 1006, reason: '' });
  });

  it('are cut within a second when more is to be masked than they are', async () => {
    await using client = await secure.open();
    await secure.reload({ '/chat/**': 'mask: { request: [pii, secrets], response: [secrets] }' });
    expect(await client.closed).toEqual({ code: 1006, reason: '' });
    await secure.outcome(({ code }) => code === 'no_rule');
    await secure.reload({ '/chat/**': RULE });
  });

  it('messages of the origin that nobody can read end both sides', async () => {
    await using client = await secure.open();
    secure.origin.send(Buffer.from(AWS_KEY));
    expect(await client.closed).toEqual({ code: 1008, reason: 'unreadable_content' });
    await expect.poll(() => secure.closes.at(-1)?.code).toBe(1008);
  });
});
