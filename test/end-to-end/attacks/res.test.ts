import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import type { OriginHandlers, OriginRequest } from '../../support/origin.ts';
import { large, raw, resetAfter, serverSentEvents } from '../../support/origin-scripts.ts';
import type { RawConnection } from '../../support/raw-client.ts';
import { nextClient } from './attempts.ts';
import { expectRefused, recordedFrom } from './refused.ts';

const PLAIN = 'plain.de.lab.example';
const SECURE = 'secure.de.lab.example';
const MB = 1024 * 1024;

const answers: Readonly<Record<string, (request: OriginRequest) => void | Promise<void>>> = {
  '/large': large(256 * MB),
  '/stream': serverSentEvents(['first', 'second', 'third'], 300),
  '/endless': raw('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 1000000\r\n\r\ndata: first\n\n'),
  '/silent': () => {},
  '/pipelined': () => {},
  '/stops': raw('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
  '/half': ({ connection }) => void connection.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
  '/cut': resetAfter('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
  '/nothing': ({ connection }) => void connection.socket.end(),
  '/reset': ({ connection }) => connection.reset(),
};

/** Connections that carry a request, from its head on, by target. */
const carriers = new Map<string, OriginRequest['connection']>();

const handler: OriginHandlers = {
  onHead: ({ target, connection }) => void carriers.set(target, connection),
  onRequest: (request) => {
    const counted = raw(`HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n${String(request.content.length).padEnd(8)}`);
    return (answers[request.target.replace(/\?.*/, '')] ?? counted)(request);
  },
};

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: { [PLAIN]: { country: 'DE', handler }, [SECURE]: { country: 'DE', tls: 'good', handler } },
    rules: ['{ id: germany, to: [plain-de-lab-example, secure-de-lab-example], then: permit }'],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const ENTRANCES = {
  proxy: {
    name: PLAIN,
    kind: 'forward',
    prefix: () => `http://${lab.authority(PLAIN)}`,
    open: (from: string) => lab.connect(from),
  },
  tunnel: { name: SECURE, kind: 'intercepted', prefix: () => '', open: (from: string) => lab.https(SECURE, { from }) },
} as const;
type Entrance = (typeof ENTRANCES)[keyof typeof ENTRANCES];

const head = ({ name, prefix }: Entrance, method: string, path: string, ...fields: string[]): string =>
  `${[`${method} ${prefix()}${path} HTTP/1.1`, `Host: ${lab.authority(name)}`, ...fields].join('\r\n')}\r\n\r\n`;

let targets = 0;
/** A target that nothing else asks for; the path alone says what the origin answers. */
const fresh = (path: string): string => `${path}?${++targets}`;

async function carrying(target: string): Promise<OriginRequest['connection']> {
  await until(() => carriers.has(target));
  return carriers.get(target) as OriginRequest['connection'];
}

async function until(isTrue: () => boolean, timeoutMs = 3_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${String(isTrue)}`);
    await pause(10);
  }
}

async function inFlight(): Promise<number> {
  const { content } = await lab.gateway.adminGet('/metrics');
  return Number(/^cordon_exchanges_in_flight (\d+)$/m.exec(String(content))?.[1]);
}

describe('many slow clients', () => {
  it('RES-01 hold up nobody else', async () => {
    const slow = await Promise.all(
      Array.from({ length: 500 }, async () => {
        const socket = connect({ host: lab.gateway.proxy.address, port: lab.gateway.proxy.port });
        await once(socket, 'connect');
        socket.write('GET http://');
        return socket;
      }),
    );
    const startedAt = performance.now();
    await using client = await lab.connect(nextClient());
    client.send(head(ENTRANCES.proxy, 'GET', '/fast'));
    expect((await client.response()).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(slow.filter(({ destroyed }) => !destroyed).length).toBe(500);
    for (const socket of slow) socket.destroy();
  });

  it('RES-01 are not let in beyond limits.connections', async () => {
    await using small = await startLab({ origins: {}, rules: [], settings: { limits: { connections: 3 } } });
    const clients = await Promise.all(Array.from({ length: 3 }, () => small.connect()));
    await using beyond = await small.connect();
    expect(await beyond.rest()).toBe('');
    const refused = await small.gateway.waitForRecord((each) => each.kind === 'decision' && each.code === 'overloaded');
    expect(refused).toMatchObject({
      client: '127.0.0.1',
      decision: 'deny',
      reason: expect.stringContaining('limits.connections'),
    });
    await clients[0]?.[Symbol.asyncDispose]();
    await pause(50);
    await using next = await small.connect();
    next.send('GET http://cordon.internal/healthz HTTP/1.1\r\nHost: cordon.internal\r\n\r\n');
    expect((await next.response()).status).toBe(200);
    for (const client of clients) client.socket.destroy();
  });

  it('RES-01 cannot pipeline without end', async () => {
    const from = nextClient();
    await using client = await lab.connect(from);
    client.send(head(ENTRANCES.proxy, 'GET', '/pipelined').repeat(5_000));
    await client.rest().catch(() => '');
    expect(lab.origin(PLAIN).requests.filter(({ target }) => target === '/pipelined').length).toBeLessThanOrEqual(64);
    const refused = await lab.gateway.waitForRecord(
      (each) => each.kind === 'decision' && each.client === from && each.decision === 'deny',
    );
    expect(refused).toMatchObject({ code: 'overloaded' });
    await until(() =>
      lab
        .origin(PLAIN)
        .requests.filter(({ target }) => target === '/pipelined')
        .every(({ connection }) => connection.isClosed),
    );
  });
});

describe.each(['proxy', 'tunnel'] as const)('a slow side of an exchange through the %s', (way) => {
  const entrance = ENTRANCES[way];

  it('RES-02 a client that does not read stops the origin instead of filling memory', async () => {
    await using client = await entrance.open(nextClient());
    // Paused before any content comes: what is in the buffers of the kernel is all that may move.
    client.socket.pause();
    const target = fresh('/large');
    client.send(head(entrance, 'GET', target));
    const { socket } = await carrying(target);
    let sent = -1;
    while (socket.bytesWritten !== sent) {
      sent = socket.bytesWritten;
      await pause(200);
    }
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(64 * MB);
    client.socket.destroy();
    await until(() => socket.destroyed || socket.readableEnded);
  });

  it('RES-02 content arrives as it is sent, however slowly', async () => {
    await using client = await entrance.open(nextClient());
    client.send(head(entrance, 'POST', '/slow', 'Content-Length: 3'));
    const before = lab.origin(entrance.name).bytesReceived;
    for (const byte of 'abc') {
      client.send(byte);
      const seen = lab.origin(entrance.name).bytesReceived;
      if (byte !== 'c') await until(() => lab.origin(entrance.name).bytesReceived > Math.min(seen, before));
    }
    expect((await client.response('POST')).content.toString().trim()).toBe('3');
  });

  it('RES-05 a large upload arrives whole', async () => {
    await using client = await entrance.open(nextClient());
    client.send(head(entrance, 'POST', '/upload', `Content-Length: ${8 * MB}`));
    const chunk = Buffer.alloc(MB, 'x');
    for (let i = 0; i < 8; i++) client.send(chunk);
    const answer = await client.response('POST', 15_000);
    expect(answer.content.toString().trim()).toBe(String(8 * MB));
  });

  it('RES-06 events come one by one, and the stream ends when the client leaves', async () => {
    await using client = await entrance.open(nextClient());
    client.send(head(entrance, 'GET', '/stream'));
    await client.until('data: first\n\n');
    expect(client.unread).not.toContain('second');
    await client.until('data: third\n\n');
    await using endless = await entrance.open(nextClient());
    const target = fresh('/endless');
    endless.send(head(entrance, 'GET', target));
    await endless.until('data: first\n\n');
    const upstream = await carrying(target);
    endless.socket.destroy();
    await until(() => upstream.isClosed);
  });

  it.each([
    ['/stops', 'close'],
    ['/half', 'end'],
    ['/cut', 'end'],
  ])('RES-08 an answer that breaks off (%s) never looks complete', async (path, how) => {
    const from = nextClient();
    await using client = await entrance.open(from);
    const target = fresh(path);
    client.send(head(entrance, 'GET', target));
    await client.until('half');
    if (how === 'close') (await carrying(target)).reset();
    expect(await client.rest().catch(() => '')).toBe('');
    const { outcome } = await recordedFrom(lab.gateway, from, entrance.kind);
    expect(outcome).toMatchObject({ status: 200, code: 'origin_protocol', bytes: { received: 4 } });
  });

  it.each(['/nothing', '/reset'])('RES-08 an origin that closes without an answer (%s) is 502', async (path) => {
    const from = nextClient();
    await using client = await entrance.open(from);
    client.send(head(entrance, 'POST', path, 'Content-Length: 2') + 'hi');
    const answer = await client.response('POST');
    expect([answer.status, (JSON.parse(answer.content.toString()) as { code: string }).code]).toEqual([502, 'origin_protocol']);
    const { decision, outcome } = await recordedFrom(lab.gateway, from, entrance.kind);
    expect([decision.decision, outcome.code]).toEqual(['permit', 'origin_protocol']);
  });

  it.each(['end', 'reset'] as const)(
    'RES-09 a client that leaves (%s) in the middle of its upload takes the request along',
    async (how) => {
      const from = nextClient();
      await using client = await entrance.open(from);
      const origin = lab.origin(entrance.name);
      const before = origin.requests.length;
      const target = fresh('/leaves');
      client.send(`${head(entrance, 'POST', target, 'Content-Length: 1000')}part`);
      const upstream = await carrying(target);
      await leave(client, how);
      const { outcome } = await recordedFrom(lab.gateway, from, entrance.kind);
      expect(outcome.status).toBeUndefined();
      expect(outcome.code).toBeUndefined();
      expect(outcome.detail).toContain('client left');
      expect(origin.requests.length).toBe(before);
      await until(() => upstream.isClosed);
    },
  );

  it.each(['end', 'reset'] as const)(
    'RES-09 a client that leaves (%s) in the middle of the answer frees the origin',
    async (how) => {
      const from = nextClient();
      await using client = await entrance.open(from);
      const target = fresh('/endless');
      client.send(head(entrance, 'GET', target));
      await client.until('data: first\n\n');
      const upstream = await carrying(target);
      await leave(client, how);
      await until(() => upstream.isClosed);
      const { outcome } = await recordedFrom(lab.gateway, from, entrance.kind);
      expect(outcome).toMatchObject({ status: 200, detail: 'The client left before the end', bytes: { received: 13 } });
    },
  );

  it('RES-09 a client that leaves takes all its waiting requests along', async () => {
    await using client = await entrance.open(nextClient());
    const targets = [fresh('/silent'), fresh('/large')] as const;
    client.send(targets.map((target) => head(entrance, 'GET', target)).join(''));
    const first = await carrying(targets[0]);
    const second = await carrying(targets[1]);
    client.socket.destroy();
    await until(() => first.isClosed && second.isClosed);
  });

  it('RES-09 nothing is in flight once all clients have left', async () => {
    const deadline = Date.now() + 3_000;
    while ((await inFlight()) > 0 && Date.now() < deadline) await pause(20);
    expect(await inFlight()).toBe(0);
  });
});

async function leave(client: RawConnection, how: 'end' | 'reset'): Promise<void> {
  const socket: Socket = client.socket;
  // A TLS socket has no RST of its own; its end without a close_notify is as abrupt.
  if (how === 'reset' && !('encrypted' in socket)) socket.resetAndDestroy();
  else socket.destroy();
  await pause(0);
}

describe('guessing credentials', () => {
  it('RES-04 is slowed down by source, and only for that source', async () => {
    const target = `GET http://${lab.authority(PLAIN)}/x HTTP/1.1\r\nHost: ${lab.authority(PLAIN)}\r\n`;
    const from = nextClient();
    await using client = await lab.connect(from);
    const statuses: number[] = [];
    for (let i = 0; i < 80; i++) {
      client.send(`${target}Proxy-Authorization: Bearer aaaaaaaaaaaaaaaaaaaaaa.${String(i).padStart(43, 'b')}\r\n\r\n`);
      statuses.push((await client.response()).status);
    }
    expect(statuses.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 407));
    expect(statuses.slice(62)).toEqual(Array.from({ length: 18 }, () => 429));
    client.send(`${target}Proxy-Authorization: Bearer cccccccccccccccccccccc.${'d'.repeat(43)}\r\n\r\n`);
    const answer = await client.response();
    expect([answer.status, answer.field('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    await using other = await lab.connect(nextClient());
    other.send(`${target}Proxy-Authorization: Bearer cccccccccccccccccccccc.${'d'.repeat(43)}\r\n\r\n`);
    await expectRefused(lab.gateway, await other.response(), { status: 407, code: 'unidentified' });
  });
});
