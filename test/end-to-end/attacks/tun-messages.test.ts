import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPCODE } from '../../../src/wire/websocket/opcode.ts';
import { writeFrame, type OutgoingFrame } from '../../../src/wire/websocket/write-frame.ts';
import { startWebSocketLab, type WebSocketLab } from '../../support/websocket-lab.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';
const TOKEN = `ghp_${'A1b2C3d4E5'.repeat(3)}F6g7H8`;

const DEFLATE: readonly string[] = ['Sec-WebSocket-Extensions: permessage-deflate'];

let lab: WebSocketLab;

beforeAll(async () => {
  lab = await startWebSocketLab({
    rules: { '/chat/**': 'mask: { request: [pii, secrets], response: [pii] }' },
    deflate: { threshold: 0 },
  });
});
afterAll(() => lab[Symbol.asyncDispose]());

/** Frames of a client, as bytes. */
function frames(...all: (Partial<OutgoingFrame> & Pick<OutgoingFrame, 'payload'>)[]): Buffer {
  const defaults = { opcode: OPCODE.text, isFinal: true, isCompressed: false };
  return Buffer.concat(all.map((frame) => writeFrame({ ...defaults, ...frame }, Uint8Array.of(1, 2, 3, 4))));
}

/** What a server's close frame says, at the end of what was received. */
function closeIn(received: string): { code: number; reason: string } {
  const bytes = Buffer.from(received, 'latin1');
  const at = bytes.lastIndexOf(0x88);
  return { code: bytes.readUInt16BE(at + 2), reason: bytes.subarray(at + 4).toString() };
}

describe('what is cut so that nobody sees it whole', () => {
  it('TUN-02 a secret in two fragments, with a ping between them', async () => {
    await using client = await lab.open();
    client.socket.send('key AKIAIOS', { fin: false });
    client.socket.ping();
    client.socket.send('FODNN7EXAMPLE', { fin: true });
    await expect.poll(() => client.got).toHaveLength(1);
    expect(lab.messages.at(-1)).toMatch(/^key REDACTED_[A-Z_]+$/);
  });

  it('TUN-02 frames of one byte in chunks of one byte', async () => {
    await using raw = await lab.openRaw();
    const letters = `${KEY}.`.split('').map((letter, i) => ({
      payload: Buffer.from(letter),
      opcode: i === 0 ? OPCODE.text : OPCODE.continuation,
      isFinal: i === KEY.length,
    }));
    for (const byte of frames(...letters)) raw.send(Uint8Array.of(byte));
    await expect.poll(() => lab.messages.at(-1)).toMatch(/^REDACTED_[A-Z_]+\.$/);
  });

  it('TUN-03 a secret in two messages never leaves whole', async () => {
    await using client = await lab.open();
    const before = lab.messages.length;
    client.send(`take ${TOKEN.slice(0, 12)}`);
    client.send(`${TOKEN.slice(12)} and go`);
    await expect.poll(() => client.got).toHaveLength(2);
    const [first, second] = lab.messages.slice(before);
    expect(first).toBe(`take ${TOKEN.slice(0, 12)}`);
    expect(second).toMatch(/^REDACTED_[A-Z_]+ and go$/);
    client.socket.close();
    await client.closed;
    await lab.outcome(({ findings }) => findings['github-token'] === 1);
  });
});

describe('what is coded so that nobody reads it', () => {
  it('TUN-04 a compressed secret is masked', async () => {
    await using client = await lab.open({ deflate: { threshold: 0 } });
    client.send(`${'padding '.repeat(100)}${KEY}`);
    await expect.poll(() => client.got).toHaveLength(1);
    expect(lab.messages.at(-1)).toMatch(/padding REDACTED_[A-Z_]+$/);
  });

  it('TUN-04 a binary message is refused, both ends are told, and nothing of it arrives', async () => {
    await using client = await lab.open();
    const before = lab.messages.length;
    client.send(Buffer.from(KEY));
    expect(await client.closed).toEqual({ code: 1008, reason: 'unreadable_content' });
    await expect.poll(() => lab.closes.at(-1)).toEqual({ code: 1008, reason: 'unreadable_content' });
    expect(lab.messages).toHaveLength(before);
    const outcome = await lab.outcome(({ code }) => code === 'unreadable_content');
    expect(outcome.detail).toContain('binary message');
    expect(outcome.bytes.sent).toBeGreaterThan(0);
  });

  it('TUN-04 a bomb is not unpacked', async () => {
    await using raw = await lab.openRaw(['Sec-WebSocket-Extensions: permessage-deflate']);
    const bomb = deflateRawSync(Buffer.alloc(20 * 1024 * 1024), { level: 1 });
    raw.send(frames({ payload: bomb, isCompressed: true }));
    expect(closeIn(await raw.rest())).toEqual({ code: 1009, reason: 'content_too_large' });
    raw.socket.destroy();
    expect((await lab.outcome(({ code }) => code === 'content_too_large')).detail).toContain('inflates to more than');
  });

  it.each<[string, readonly string[], Buffer, number, string]>([
    ['what is no deflate', DEFLATE, frames({ payload: Buffer.from([7, 255]), isCompressed: true }), 1007, 'unreadable_content'],
    ['text that is no UTF-8', [], frames({ payload: Buffer.from([0x61, 0xc3, 0x28]) }), 1007, 'unreadable_content'],
    [
      'a reason that is no UTF-8',
      [],
      frames({ opcode: OPCODE.close, payload: Buffer.from([3, 232, 0xff]) }),
      1007,
      'unreadable_content',
    ],
    ['a message that is too long', [], tooLong(), 1009, 'content_too_large'],
    ['RSV1 that was not agreed on', [], frames({ payload: Buffer.from('a'), isCompressed: true }), 1002, 'malformed_request'],
    ['a frame that is not masked', [], Buffer.from([0x81, 1, 0x61]), 1002, 'malformed_request'],
  ])('TUN-04 %s is refused', async (_what, fields, input, code, reason) => {
    await using raw = await lab.openRaw(fields);
    const before = lab.messages.length;
    raw.send(input);
    expect(closeIn(await raw.rest())).toEqual({ code, reason });
    expect(lab.messages).toHaveLength(before);
  });
});

/** A little beyond 16 MiB, in fragments. */
function tooLong(): Buffer {
  const payload = Buffer.alloc(1024 * 1024, 'a ');
  const fragments = Array.from({ length: 17 }, (_, i) => ({
    payload,
    opcode: i === 0 ? OPCODE.text : OPCODE.continuation,
    isFinal: false,
  }));
  return frames(...fragments);
}
