import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../support/lab.ts';
import { chunked, interim, response } from '../support/origin-scripts.ts';
import type { OriginHandlers, OriginRequest } from '../support/origin.ts';
import type { RawConnection } from '../support/raw-client.ts';
import { clientPreface, headersFrame } from '../support/http2-frames.ts';
import { tlsThrough } from '../support/tunnel-client.ts';
import { expectRefused, expectUntouched, recordedFrom } from './attacks/refused.ts';

const EVENTS = 'events.de.lab.example';
const PLAIN_EVENTS = 'plain-events.de.lab.example';
const TRAILERS = 'trailers.de.lab.example';
const REPEATED = 'repeated.de.lab.example';
const HINTS = 'hints.de.lab.example';
const PATIENT = 'patient.de.lab.example';
const LATE = 'late.de.lab.example';
const NEVER = 'never.de.lab.example';

let lab: Lab;
/** Streams that an origin has begun: the test says when each event leaves. */
const streams: OriginRequest[] = [];

/** Begins a stream and leaves it to the test. */
const EVENT_STREAM: OriginHandlers = {
  onRequest: (request) => {
    request.connection.socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
    streams.push(request);
  },
};

beforeAll(async () => {
  lab = await startLab({
    origins: {
      [EVENTS]: { country: 'DE', tls: 'good', handler: EVENT_STREAM },
      [PLAIN_EVENTS]: { country: 'DE', handler: EVENT_STREAM },
      [TRAILERS]: { country: 'DE', tls: 'good', handler: chunked(['a', 'b'], { trailers: ['X-Sum: 2'] }) },
      [REPEATED]: {
        country: 'DE',
        tls: 'good',
        handler: chunked(['a'], { trailers: ['ETag: "a"', 'etag: "b"', '__proto__: c'] }),
      },
      [HINTS]: {
        country: 'DE',
        tls: 'good',
        handler: interim(['103 Early Hints\r\nLink: </a.css>; rel=preload', '102 Processing'], response('200 OK', 'x')),
      },
      [PATIENT]: { country: 'DE', tls: 'good' },
      [LATE]: { country: 'DE', handler: EVENT_STREAM },
      [NEVER]: { country: 'DE', tls: 'good' },
    },
    rules: [
      `{ id: germany, to: [${[EVENTS, PLAIN_EVENTS, TRAILERS, REPEATED, HINTS, PATIENT, LATE].map((name) => name.replaceAll('.', '-')).join()}], then: permit }`,
      '{ id: never, to: [never-de-lab-example], paths: ["/open/**"], then: permit }',
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const get = (name: string, lines = ''): string => `GET /x HTTP/1.1\r\nHost: ${lab.authority(name)}\r\n${lines}\r\n`;

/** Sends one event and waits until the client has it, before the next one leaves the origin. */
async function expectEventsOneByOne(request: OriginRequest, client: RawConnection): Promise<void> {
  for (const event of ['data: 1\n\n', 'data: zwei\n\n', ': ping\n\n']) {
    request.connection.socket.write(`${event.length.toString(16)}\r\n${event}\r\n`);
    expect(await client.until(event)).toContain(event);
  }
}

describe('server-sent events', () => {
  it('each event arrives before the next one is sent, in a tunnel over HTTP/1.1', async () => {
    await using client = await lab.https(EVENTS);
    client.send(get(EVENTS));
    await client.until('\r\n\r\n');
    await expectEventsOneByOne(streams.pop() as OriginRequest, client);
  });

  it('each event arrives before the next one is sent, as a plain request', async () => {
    await using client = await lab.connect();
    client.send(get(PLAIN_EVENTS).replace('/x', `http://${lab.authority(PLAIN_EVENTS)}/x`));
    await client.until('\r\n\r\n');
    await expectEventsOneByOne(streams.pop() as OriginRequest, client);
  });

  it('each event arrives before the next one is sent, over HTTP/2', async () => {
    await using client = await lab.http2(EVENTS);
    const stream = client.session.request({ ':path': '/x', ':authority': lab.authority(EVENTS) });
    let received = '';
    stream.setEncoding('utf8').on('data', (text: string) => (received += text));
    await expect.poll(() => streams.length).toBe(1);
    const { connection } = streams.pop() as OriginRequest;
    const { socket } = connection;
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      socket.write(`${event.length.toString(16)}\r\n${event}\r\n`);
      await expect.poll(() => received).toContain(event);
    }
    // The stream alone ends, its connection stays.
    stream.close();
    await expect.poll(() => connection.isClosed || socket.readableEnded).toBe(true);
    expect(client.session.closed).toBe(false);
  });

  it('a client that leaves ends the stream at the origin too', async () => {
    await using client = await lab.https(EVENTS);
    client.send(get(EVENTS));
    await client.until('\r\n\r\n');
    const { connection } = streams.pop() as OriginRequest;
    client.socket.destroy();
    await expect.poll(() => connection.isClosed || connection.socket.readableEnded).toBe(true);
  });

  it('a client that leaves without a word ends its streams at the origin, over HTTP/2', async () => {
    const ca = await lab.gateway.caPem();
    const secure = await tlsThrough(lab.gateway.proxy, lab.authority(EVENTS), { ca, ALPNProtocols: ['h2'] });
    const fields = [
      [':method', 'GET'],
      [':scheme', 'https'],
      [':path', '/x'],
      [':authority', lab.authority(EVENTS)],
    ] as const;
    secure.write(Buffer.concat([clientPreface(), headersFrame(1, fields)]));
    await expect.poll(() => streams.length).toBe(1);
    const { connection } = streams.pop() as OriginRequest;
    secure.destroy();
    await expect.poll(() => connection.isClosed || connection.socket.readableEnded).toBe(true);
  });
});

describe('a client that leaves while its request is judged', () => {
  it('leaves nothing running', async () => {
    const from = '127.0.97.50';
    lab.dns.script(LATE, { addresses: [lab.origin(LATE).address], delay: 200 });
    await using client = await lab.connect(from);
    client.send(get(LATE).replace('/x', `http://${lab.authority(LATE)}/x`));
    await expect.poll(() => lab.dns.queries.some(({ name }) => name === LATE)).toBe(true);
    client.socket.destroy();
    const { outcome } = await recordedFrom(lab.gateway, from);
    expect(outcome.detail).toBe('The client left before the end');
    expect(lab.origin(LATE).requests).toEqual([]);
  });
});

describe('parts of a message beside its content', () => {
  it('trailer fields reach the client, over HTTP/1.1 and HTTP/2', async () => {
    await using client = await lab.https(TRAILERS);
    client.send(get(TRAILERS, 'TE: trailers\r\nConnection: TE\r\n'));
    const answer = await client.response();
    expect([answer.content.toString(), answer.trailers]).toEqual(['ab', [['X-Sum', '2']]]);
    await using http2 = await lab.http2(TRAILERS);
    const stream = http2.session.request({ ':path': '/x', ':authority': lab.authority(TRAILERS), te: 'trailers' });
    const trailers = await new Promise((resolve) => stream.resume().on('trailers', resolve));
    expect(trailers).toMatchObject({ 'x-sum': '2' });
  });

  it('trailer fields that repeat one which has a single value pass as they are, and harm nobody', async () => {
    await using http2 = await lab.http2(REPEATED);
    const stream = http2.session.request({ ':path': '/x', ':authority': lab.authority(REPEATED), te: 'trailers' });
    const raw = await new Promise((resolve) => stream.resume().on('trailers', (_fields, _flags, lines) => resolve(lines)));
    expect(raw).toEqual(['etag', '"a"', 'etag', '"b"', '__proto__', 'c']);
    expect((await http2.request({ ':path': '/x' })).status).toBe(200);
  });

  it('trailer fields of a request do not disturb its content', async () => {
    await using client = await lab.https(PATIENT);
    client.send(
      `POST /trailers HTTP/1.1\r\nHost: ${lab.authority(PATIENT)}\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n`,
    );
    expect((await client.response('POST')).status).toBe(200);
    const seen = lab.origin(PATIENT).requests.find(({ target }) => target === '/trailers');
    expect([seen?.content.toString(), lab.origin(PATIENT).requests.length]).toEqual(['a', 1]);
  });

  it('interim responses arrive before the final one', async () => {
    await using client = await lab.https(HINTS);
    client.send(get(HINTS));
    const answer = await client.response();
    expect(answer.status).toBe(200);
    expect(answer.interim.map(({ startLine }) => startLine.split(' ')[1])).toEqual(['103', '102']);
    expect(answer.interim[0]?.fields).toContainEqual(['Link', '</a.css>; rel=preload']);
  });
});

describe('Expect: 100-continue', () => {
  const post = (name: string): string =>
    `POST /x HTTP/1.1\r\nHost: ${lab.authority(name)}\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n`;

  it('content is asked for once the request is permitted', async () => {
    await using client = await lab.https(PATIENT);
    client.send(post(PATIENT));
    expect(await client.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('abc');
    expect((await client.response('POST')).status).toBe(200);
    const seen = lab.origin(PATIENT).requests.at(-1);
    expect([seen?.content.toString(), seen?.fields.some(([name]) => /expect/i.test(name))]).toEqual(['abc', false]);
  });

  it('no content is asked for when it is refused', async () => {
    await using client = await lab.https(NEVER);
    client.send(post(NEVER));
    const answer = await client.response('POST');
    expect(answer.interim).toEqual([]);
    await expectRefused(lab.gateway, answer, { status: 403, code: 'no_rule' });
    expectUntouched(lab.origin(NEVER));
  });

  it('other expectations do not pass', async () => {
    await using client = await lab.https(PATIENT);
    client.send(get(PATIENT, 'Expect: 200-ok\r\n'));
    const answer = await client.response();
    const seen = lab.origin(PATIENT).requests.at(-1);
    expect(answer.status === 417 || seen?.fields.every(([name]) => !/expect/i.test(name))).toBe(true);
  });
});
