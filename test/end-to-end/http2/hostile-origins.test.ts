import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa } from '../../support/certificates.ts';
import { fieldBlock, FLAG, FRAME, frame, headersFrame } from '../../support/http2-frames.ts';
import { echoStream, frameHandler, http2Handler, type FrameScript } from '../../support/http2-origin-handler.ts';
import type { OriginHandlers } from '../../support/origin.ts';
import { startLab, type Lab, type LabOriginOptions } from '../../support/lab.ts';
import type { Http2Answer, Http2Client } from '../../support/tunnel-client.ts';
import { recordedExchange, recordedFrom } from '../attacks/refused.ts';

const OK = [[':status', '200']] as const;
const GOOD = 'good.de.lab.example';
const HOSTILE = 'hostile.de.lab.example';
const BARRED = 'barred.de.lab.example';

const data = (stream: number, text: string, flags = 0): Buffer => frame(FRAME.data, flags, stream, Buffer.from(text));
const reset = (stream: number, code: number): Buffer => frame(FRAME.rstStream, 0, stream, uint32(code));
const goaway = (last: number, code: number): Buffer => frame(FRAME.goaway, 0, 0, Buffer.concat([uint32(last), uint32(code)]));
const answer = (stream: number, text = 'ok'): Buffer =>
  Buffer.concat([headersFrame(stream, OK, FLAG.endHeaders), data(stream, text, FLAG.endStream)]);

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** SETTINGS with one setting (RFC 9113 §6.5.1). */
function setting(id: number, value: number): Buffer {
  return frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.of(0, id), uint32(value)]));
}

function withHead(lines: readonly (readonly [string, string])[]): FrameScript {
  return (socket, stream) => socket.write(headersFrame(stream, lines));
}

/** Before its head is there, an answer that is ill-formed is one of the gateway: nothing of it reaches the client. */
const REFUSED: Readonly<{ [name: string]: FrameScript }> = {
  'speaks-http1': (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  'resets-first': (socket, stream) => socket.write(reset(stream, 2)),
  'closes-first': (socket) => socket.destroy(),
  'ends-first': (socket) => socket.end(),
  'content-first': (socket, stream) => socket.write(data(stream, 'ok', FLAG.endStream)),
  'no-status': withHead([['x-a', '1']]),
  'two-statuses': withHead([...OK, [':status', '204']]),
  'status-below-100': withHead([[':status', '099']]),
  'status-of-zeros': (socket, stream) =>
    socket.write(
      Buffer.concat([headersFrame(stream, [[':status', '000']], FLAG.endHeaders), data(stream, 'ok', FLAG.endStream)]),
    ),
  'interim-at-the-end': withHead([[':status', '103']]),
  'switching-protocols': withHead([[':status', '101']]),
  'late-status': withHead([['x-a', '1'], ...OK]),
  'request-pseudo-field': withHead([...OK, [':path', '/']]),
  'transfer-encoding': withHead([...OK, ['transfer-encoding', 'chunked']]),
  'connection-field': withHead([...OK, ['connection', 'keep-alive']]),
  'two-lengths': withHead([...OK, ['content-length', '1'], ['content-length', '2']]),
  'content-on-204': withHead([
    [':status', '204'],
    ['content-length', '2'],
  ]),
  'header-list': (socket, stream) => {
    const lines = Array.from({ length: 20 }, (_, i) => [`x-${i}`, 'v'.repeat(500)] as const);
    socket.write(headersFrame(stream, [...OK, ...lines], FLAG.endStream));
    socket.write(frame(FRAME.continuation, FLAG.endHeaders, stream, fieldBlock(lines)));
  },
  'many-fields': withHead([...OK, ...Array.from({ length: 400 }, (_, i) => [`x-${i}`, ''] as const)]),
  // RFC 7541 §6.2.1: one entry of 3 KiB enters the table, and each byte after it names it once more.
  'hpack-bomb': (socket, stream) => {
    const name = Buffer.from('x-bomb');
    const entry = Buffer.concat([Buffer.of(0x40, name.length), name, Buffer.of(127, 0x81, 0x17), Buffer.alloc(3072, 0x61)]);
    const block = Buffer.concat([fieldBlock(OK), entry, Buffer.alloc(8_000, 0x80 | 62)]);
    socket.write(frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, stream, block));
  },
  'hpack-garbage': (socket, stream) => socket.write(frame(FRAME.headers, FLAG.endHeaders, stream, Buffer.alloc(20, 0xff))),
  continuations: (socket, stream) => {
    socket.write(headersFrame(stream, OK, 0));
    for (let i = 0; i < 5_000; i += 1) socket.write(frame(FRAME.continuation, 0, stream, fieldBlock([['a', '']])));
  },
  'push-promise': (socket, stream) =>
    socket.write(frame(FRAME.pushPromise, FLAG.endHeaders, stream, Buffer.concat([uint32(2), fieldBlock(OK)]))),
  'interim-flood': (socket, stream) => {
    for (let i = 0; i < 1_000; i += 1) socket.write(headersFrame(stream, [[':status', '103']], FLAG.endHeaders));
  },
  'window-overflow': (socket, stream) => socket.write(frame(8, 0, stream, uint32(0))),
  'huge-frame': (socket, stream) => socket.write(frame(FRAME.data, 0, stream, Buffer.alloc(70_000))),
};

/** After it, client and origin are cut: the client must not take what came for all of it. */
const CUT: Readonly<{ [name: string]: FrameScript }> = {
  'resets-mid-body': (socket, stream) => begin(socket, stream, reset(stream, 2)),
  // Node hands this out as an answer that is whole.
  'resets-without-error': (socket, stream) => begin(socket, stream, reset(stream, 0)),
  'cancels-mid-body': (socket, stream) => begin(socket, stream, reset(stream, 8)),
  'closes-mid-body': (socket, stream) => begin(socket, stream, Buffer.alloc(0), true),
  'goes-away-mid-body': (socket, stream) => begin(socket, stream, goaway(stream, 2), true),
  'too-short': (socket, stream) =>
    socket.write(
      Buffer.concat([
        headersFrame(stream, [...OK, ['content-length', '9']], FLAG.endHeaders),
        data(stream, 'part', FLAG.endStream),
      ]),
    ),
  'too-long': (socket, stream) =>
    socket.write(
      Buffer.concat([headersFrame(stream, [...OK, ['content-length', '2']], FLAG.endHeaders), data(stream, 'part')]),
    ),
};

function begin(socket: Parameters<FrameScript>[0], stream: number, then: Buffer, closes = false): void {
  socket.write(Buffer.concat([headersFrame(stream, OK, FLAG.endHeaders), data(stream, 'part')]));
  // In one segment the head would still be on its way to the client.
  setTimeout(() => {
    socket.write(then);
    if (closes) socket.destroy();
  }, 50);
}

/** What has not been processed is sent once more, and nothing else is. */
const RETRIED: Readonly<{ [name: string]: FrameScript }> = {
  'goes-away-unprocessed': (socket, stream, count) => socket.write(count === 0 ? goaway(0, 0) : answer(stream)),
  'goes-away-processed': (socket, stream, count) => {
    socket.write(count === 0 ? goaway(stream, 7) : answer(stream));
    if (count === 0) socket.end();
  },
  'refuses-once': (socket, stream, count) => socket.write(count === 0 ? reset(stream, 7) : answer(stream)),
  'refuses-always': (socket, stream) => socket.write(reset(stream, 7)),
};

/** What may pass, and must then leave everything as it was. */
const ENDURED: Readonly<{ [name: string]: FrameScript }> = {
  'ping-flood': (socket, stream) => flood(socket, stream, frame(FRAME.ping, 0, 0, Buffer.alloc(8))),
  'settings-flood': (socket, stream) => flood(socket, stream, frame(FRAME.settings, 0, 0)),
  'empty-data-flood': (socket, stream) => {
    socket.write(headersFrame(stream, OK, FLAG.endHeaders));
    flood(socket, stream, frame(FRAME.data, 0, stream));
  },
  'unknown-frames': (socket, stream) => flood(socket, stream, frame(0xbe, 0, 0, Buffer.alloc(100))),
  'split-field': withHead([...OK, ['x-a', '1\r\nx-evil: 1'], ['x-b\r\nx-evil', '1'], ['X-Upper', '1']]),
};

function flood(socket: Parameters<FrameScript>[0], stream: number, what: Buffer): void {
  const some = Buffer.concat(Array.from({ length: 1_000 }, () => what));
  for (let i = 0; i < 50; i += 1) socket.write(some);
  socket.write(answer(stream));
}

let lab: Lab;
/** What the hostile origin does, and how many streams it has had since. */
let script: FrameScript = () => {};
let streams = 0;

beforeAll(async () => {
  const ca = await createTestCa('Trusted root');
  const origin = async (name: string, handler: OriginHandlers): Promise<LabOriginOptions> => ({
    country: 'DE',
    tls: { ...(await ca.good(name)), alpn: ['h2'] },
    handler,
  });
  const hostile = frameHandler((socket, stream) => script(socket, stream, streams++));
  const barred = frameHandler((socket, stream) => socket.write(reset(stream, 7)), setting(3, 0));
  lab = await startLab({
    origins: {
      [GOOD]: await origin(GOOD, http2Handler(echoStream)),
      [HOSTILE]: await origin(HOSTILE, hostile),
      [BARRED]: await origin(BARRED, barred),
    },
    rules: [`{ id: all, to: [${[GOOD, HOSTILE, BARRED].map((name) => name.replaceAll('.', '-')).join()}], then: permit }`],
    gateway: { trust: [ca.pem] },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** From here on the origin does this, on connections of its own. */
function become(next: FrameScript | undefined): void {
  if (next === undefined) throw new Error('Found no such script');
  for (const connection of lab.origin(HOSTILE).connections) connection.reset();
  script = next;
  streams = 0;
}

async function expectGoodStill(): Promise<void> {
  await using client = await lab.http2(GOOD);
  expect((await client.request({ ':path': '/' })).status).toBe(200);
}

/** Asks until a stream came to the origin: the gateway may not know yet that the connection before this one was reset. */
async function ask(client: Http2Client, fields: Record<string, string>, content?: string, tries = 20): Promise<Http2Answer> {
  const before = streams;
  const got = await client.request({ ':path': '/', ...fields }, content);
  return streams > before || tries === 0 ? got : ask(client, fields, content, tries - 1);
}

async function expectBadGateway(client: Http2Client, fields: Record<string, string>, content?: string): Promise<void> {
  await expectProtocolFailure(await ask(client, fields, content));
}

async function expectProtocolFailure(got: Http2Answer): Promise<void> {
  expect([got.status, JSON.parse(got.content)]).toEqual([502, expect.objectContaining({ code: 'origin_protocol' })]);
  const { outcome } = await recordedExchange(lab.gateway, String(got.fields['cordon-exchange']));
  expect(outcome).toMatchObject({ code: 'origin_protocol', status: 502 });
}

describe('an answer over HTTP/2 that is ill-formed', () => {
  it.each(Object.keys(REFUSED))('is answered with 502: %s', async (kind) => {
    become(REFUSED[kind]);
    await using client = await lab.http2(HOSTILE);
    await expectBadGateway(client, {});
    // A GET that may have been processed is not sent again, however safe it is.
    expect(streams).toBe(1);
    await expectGoodStill();
  });

  it.each(Object.keys(CUT))('is cut once its head has left: %s', async (kind) => {
    become(CUT[kind]);
    const from = `127.0.98.${Object.keys(CUT).indexOf(kind) + 1}`;
    await using client = await lab.http2(HOSTILE, { from });
    const stream = client.session.request({ ':path': '/', ':authority': lab.authority(HOSTILE) });
    const ended = once(stream.resume(), 'end').then(
      () => 'whole',
      () => 'cut',
    );
    const [head] = (await once(stream, 'response')) as [{ ':status': number }];
    // One whose length is wrong may be found out before any of it has left.
    if (head[':status'] !== 502) expect(await ended).toBe('cut');
    const { outcome } = await recordedFrom(lab.gateway, from, 'intercepted');
    expect(outcome.code).toBe('origin_protocol');
    await expectGoodStill();
  });
});

describe('a request that an origin has not processed', () => {
  it.each(['goes-away-unprocessed', 'refuses-once'])('is sent once more where it has no content: %s', async (kind) => {
    become(RETRIED[kind]);
    await using client = await lab.http2(HOSTILE);
    expect(await ask(client, { ':method': 'DELETE' })).toMatchObject({ status: 200, content: 'ok' });
    expect(streams).toBe(2);
  });

  it('is sent once more and no oftener, and not at all once content of it has left', async () => {
    become(RETRIED['refuses-always']);
    await using client = await lab.http2(HOSTILE);
    await expectBadGateway(client, {});
    expect(streams).toBe(2);
    await expectBadGateway(client, { ':method': 'POST' }, 'content');
    expect(streams).toBe(3);
  });

  it('is not sent again where GOAWAY covers it, whatever its code', async () => {
    become(RETRIED['goes-away-processed']);
    await using client = await lab.http2(HOSTILE);
    await expectBadGateway(client, {});
    expect(streams).toBe(1);
  });

  it('fails where the origin allows no streams at all', async () => {
    await using client = await lab.http2(BARRED);
    await expectProtocolFailure(await client.request({ ':path': '/' }));
  });
});

describe('floods of an origin', () => {
  it.each(Object.keys(ENDURED))('end, and leave the gateway as it was: %s', async (kind) => {
    become(ENDURED[kind]);
    await using client = await lab.http2(HOSTILE);
    const got = await client.request({ ':path': '/' }).catch((error: NodeJS.ErrnoException) => error);
    if (got instanceof Error) expect(got).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
    else {
      expect([200, 502]).toContain(got.status);
      expect(JSON.stringify(got.fields)).not.toMatch(/evil/i);
    }
    await expectGoodStill();
  });
});
