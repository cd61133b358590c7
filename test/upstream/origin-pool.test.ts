import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok } from '../../src/core/result.ts';
import { UpstreamError } from '../../src/upstream/failures.ts';
import type { Http1Limits } from '../../src/upstream/http1-pool.ts';
import { OriginPool, type ConnectionSource } from '../../src/upstream/origin-pool.ts';
import type { DialledConnection, SendingHandler } from '../../src/upstream/sending.ts';
import { createTestCa } from '../support/certificates.ts';
import { http2Handler } from '../support/http2-origin-handler.ts';
import { startOrigin, type Origin } from '../support/origin.ts';

const NAME = 'api.lab.example';
const CONTENT = 'x'.repeat(1024);
const LIMITS: Http1Limits = { headersTimeout: 60_000, bodyTimeout: 0, keepAlive: 60_000, connections: 4 };

let origin: Origin;
let ca: string;
const streams: ServerHttp2Stream[] = [];

beforeAll(async () => {
  const root = await createTestCa('Trusted root');
  ca = root.pem;
  const handler = http2Handler((stream, fields) => {
    if (fields[':path'] !== '/at-once') return void streams.push(stream);
    stream.respond({ ':status': 200 });
    stream.end(CONTENT);
  });
  origin = await startOrigin({ tls: { ...(await root.good(NAME)), alpn: ['h2', 'http/1.1'] }, handler });
});
afterAll(async () => {
  await (origin as Origin | undefined)?.[Symbol.asyncDispose]();
});

function openPool(limits: Partial<Http1Limits>, onEmpty = (): void => {}): OriginPool & AsyncDisposable {
  const source: ConnectionSource = {
    origin: `https://${NAME}:${origin.port}`,
    versions: ['h2', 'http/1.1'],
    connect: async (versions, onDialled) => {
      const socket = connect({
        host: origin.address,
        port: origin.port,
        servername: NAME,
        ca,
        ALPNProtocols: [...versions],
      });
      await once(socket, 'secureConnect');
      onDialled(origin.address);
      return ok({ socket, dialled: origin.address });
    },
  };
  const pool = new OriginPool(source, { ...LIMITS, ...limits }, onEmpty);
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.destroy() });
}

interface Sent {
  readonly ended: Promise<number | Error>;
  readonly connection: () => DialledConnection | undefined;
  /** Nobody waits for it any more. */
  readonly withdraw: () => void;
  /** What was told of its answer, in order. */
  readonly told: readonly string[];
}

function send(pool: OriginPool, path: string): Sent {
  let connection: DialledConnection | undefined;
  let withdraw = (): void => {};
  const told: string[] = [];
  const ended = new Promise<number | Error>((resolve) => {
    let answered = 0;
    const handler: SendingHandler = {
      onConnection: (found) => (connection = found),
      onWaiting: (leave) => (withdraw = leave),
      onRequestStart: () => {},
      onResponseStart: (_controller, status) => {
        told.push('head');
        answered = status;
      },
      onResponseData: () => {
        if (told.at(-1) !== 'content') told.push('content');
      },
      onResponseEnd: () => {
        told.push('end');
        resolve(answered);
      },
      onResponseError: (_controller, error) => resolve(error),
    };
    pool.dispatch({ method: 'GET', path, headers: ['Host', NAME], body: null }, handler);
  });
  return { ended, connection: () => connection, withdraw: () => withdraw(), told };
}

describe('OriginPool over HTTP/2', () => {
  // Node emits content at once and the head that came with it a tick later, where a request is sent while answers are read.
  it('the head of an answer is told before its content, however many answers come at once', async () => {
    await using pool = openPool({});
    const orders = new Set<string>();
    const askOften = async (): Promise<void> => {
      for (let i = 0; i < 100; i += 1) {
        const sent = send(pool, '/at-once');
        expect(await sent.ended).toBe(200);
        orders.add(sent.told.join());
      }
    };
    await Promise.all(Array.from({ length: 32 }, askOften));
    expect([...orders]).toEqual(['head,content,end']);
  });

  it('what is not answered in time fails, and its connection takes nothing new', async () => {
    await using pool = openPool({ headersTimeout: 150 });
    const silent = send(pool, '/silent');
    expect(await silent.ended).toMatchObject({ failure: { code: 'origin_timeout' } });
    const next = send(pool, '/at-once');
    expect(await next.ended).toBe(200);
    expect([silent.connection()?.dialled, next.connection()?.dialled]).toEqual([origin.address, origin.address]);
    expect(next.connection()).not.toBe(silent.connection());
  });

  it('a connection that nobody uses closes, and the pool tells that it is empty', async () => {
    const { promise: emptied, resolve } = Promise.withResolvers<void>();
    await using pool = openPool({ keepAlive: 100 }, () => {
      if (pool.isEmpty) resolve();
    });
    expect(await send(pool, '/at-once').ended).toBe(200);
    expect(pool.isEmpty).toBe(false);
    await emptied;
    expect(await send(pool, '/at-once').ended).toBe(200);
  });

  it('close() lets what runs end and takes nothing more; destroy() ends it', async () => {
    await using closing = openPool({});
    const before = streams.length;
    const running = send(closing, '/left');
    await expect.poll(() => streams.length).toBe(before + 1);
    await closing.close();
    expect(await send(closing, '/at-once').ended).toBeInstanceOf(UpstreamError);
    const stream = streams.pop() as ServerHttp2Stream;
    stream.respond({ ':status': 204 }, { endStream: true });
    expect(await running.ended).toBe(204);
    await expect.poll(() => closing.isEmpty).toBe(true);
    const destroyed = openPool({});
    const cut = send(destroyed, '/left');
    await expect.poll(() => streams.length).toBe(before + 1);
    await destroyed.destroy();
    expect(await cut.ended).toMatchObject({ failure: { code: 'origin_protocol' } });
  });

  it('what is withdrawn while it waits is not sent, and nothing is dialled for it', async () => {
    await using pool = openPool({ connections: 1, headersTimeout: 200 });
    const before = origin.connections.length;
    const silent = send(pool, '/silent');
    await expect.poll(() => streams.length).toBeGreaterThan(0);
    // The connection takes nothing new from then on, and there may be no other one beside it.
    expect(await silent.ended).toMatchObject({ failure: { code: 'origin_timeout' } });
    const waiting = Array.from({ length: 50 }, () => send(pool, '/silent'));
    for (const { withdraw } of waiting) withdraw();
    const last = streams.length;
    await expect.poll(() => pool.isEmpty).toBe(true);
    expect([streams.length, origin.connections.length]).toEqual([last, before + 1]);
    expect(waiting.map(({ connection }) => connection())).toEqual(waiting.map(() => undefined));
  });
});
