import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../support/lab.ts';
import { memoryGrowth } from '../support/memory-growth.ts';
import type { OriginHandlers } from '../support/origin.ts';
import { chunked, large } from '../support/origin-scripts.ts';
import { RawConnection, type Address } from '../support/raw-client.ts';
import { openTunnel } from '../support/tunnel-client.ts';

// What `test/end-to-end/attacks/res.test.ts` tries in little, at the size and with the timeouts of the real thing.

const PLAIN = 'plain.de.lab.example';
const SECURE = 'secure.de.lab.example';
const HOLE = 'hole.de.lab.example';
const MB = 1024 * 1024;
const GB = 1024 * MB;

const handler: OriginHandlers = {
  onHead: (request) => {
    const { target, connection } = request;
    if (target === '/gigabyte') return void large(GB)(request);
    if (target === '/huge') return void large(4 * GB, MB)(request);
    if (target === '/quiet') return void chunked(['data: first\n\n', 'data: second\n\n'], { pauseMs: 75_000 })(request);
    if (target === '/small') connection.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    if (target === '/upload') sink(connection.socket, 4 * GB);
    return undefined;
  },
};

/** What may have come in one piece with the head. */
const WITH_HEAD = 128 * 1024;

/** Answers once so many bytes have come; the laboratory's own reader would keep them all. */
function sink(socket: Socket, size: number): void {
  let missing = size - WITH_HEAD;
  socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
    const wasMissing = missing > 0;
    missing -= chunk.length;
    if (wasMissing && missing <= 0) socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
  });
}

/** Listens and accepts nobody: its queue is full, and a connection to it neither fails nor succeeds. */
interface BlackHole extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
}

async function openBlackHole(address: string): Promise<BlackHole> {
  const script = `require('net').createServer().listen({ host: '${address}', port: 0, backlog: 1 }, function () { console.log(this.address().port); })`;
  const child: ChildProcess = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const port = Number(String(line));
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 6 }, () => connect({ host: address, port }).on('error', () => {}));
  await pause(500);
  return {
    address,
    port,
    [Symbol.asyncDispose]: async () => {
      for (const filler of fillers) filler.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

let lab: Lab;
let hole: BlackHole;

beforeAll(async () => {
  hole = await openBlackHole('127.0.40.1');
  lab = await startLab({
    origins: { [PLAIN]: { country: 'DE', handler }, [SECURE]: { country: 'DE', tls: 'good', handler } },
    dns: { [HOLE]: { addresses: [hole.address] } },
    rules: `cordon: 1
destinations: [{ id: hole, hosts: [${HOLE}], addresses: [${hole.address}/32], ports: [${hole.port}], internal: { place: DE } }]
rules: [{ id: germany, to: [plain-de-lab-example, secure-de-lab-example, hole], then: permit }]
`,
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
  await (hole as BlackHole | undefined)?.[Symbol.asyncDispose]();
});

const ask = (target: string, authority = lab.authority(PLAIN), method = 'GET', ...fields: string[]): string =>
  `${[`${method} http://${authority}${target} HTTP/1.1`, `Host: ${authority}`, ...fields].join('\r\n')}\r\n\r\n`;

/** A raw connection that counts what it reads instead of keeping it. */
async function reader(to: Address): Promise<{ readonly socket: Socket; bytes: number }> {
  const socket = connect({ host: to.address, port: to.port });
  await once(socket, 'connect');
  const state = { socket, bytes: 0 };
  socket.on('data', (chunk) => (state.bytes += chunk.length)).on('error', () => {});
  return state;
}

const isLinux = process.platform === 'linux';

describe('one after the other', () => {
  it(
    'RES-01 2000 clients that send a byte now and then are answered 400 and closed; others are served',
    { timeout: 60_000 },
    async () => {
      const slow = await Promise.all(Array.from({ length: 2_000 }, () => RawConnection.open(lab.gateway.proxy)));
      const request = ask('/small');
      let at = 0;
      const drip = setInterval(() => {
        for (const client of slow) if (!client.ended) client.send(request.charAt(at));
        at += 1;
      }, 1_000);
      const startedAt = performance.now();
      for (let i = 0; i < 10; i++) {
        await using client = await lab.connect();
        client.send(ask('/small'));
        expect((await client.response('GET', 1_000)).status).toBe(200);
        await pause(500);
      }
      const answers = await Promise.all(slow.map((client) => client.rest(25_000)));
      clearInterval(drip);
      expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 400 ')).length).toBe(2_000);
      const took = performance.now() - startedAt;
      expect([took > 14_000, took < 25_000]).toEqual([true, true]);
      const refused = (await lab.gateway.records()).filter(
        (each) => each.kind === 'decision' && each.code === 'malformed_request',
      );
      expect(refused.length).toBeGreaterThan(0);
    },
  );

  it.skipIf(!isLinux)('RES-02 clients that read slowly cost no memory', { timeout: 60_000 }, async () => {
    const grown = await memoryGrowth(lab.gateway.pid, async () => {
      const clients = await Promise.all(Array.from({ length: 8 }, () => reader(lab.gateway.proxy)));
      for (const { socket } of clients) {
        socket.pause();
        socket.write(ask('/gigabyte'));
      }
      for (let i = 0; i < 100; i++) {
        await pause(100);
        for (const { socket } of clients) socket.read(1024);
      }
      for (const { socket } of clients) socket.destroy();
    });
    expect(grown).toBeLessThan(64 * MB);
  });

  it.skipIf(!isLinux)('RES-05 4 GB down cost no memory', { timeout: 180_000 }, async () => {
    const client = await reader(lab.gateway.proxy);
    const grown = await memoryGrowth(lab.gateway.pid, async () => {
      client.socket.write(ask('/huge'));
      while (client.bytes < 4 * GB) await pause(100);
    });
    client.socket.destroy();
    expect(grown).toBeLessThan(96 * MB);
  });

  it.skipIf(!isLinux)('RES-05 4 GB up cost no memory', { timeout: 180_000 }, async () => {
    const client = await reader(lab.gateway.proxy);
    const chunk = Buffer.alloc(MB, 'x');
    const grown = await memoryGrowth(lab.gateway.pid, async () => {
      client.socket.write(ask('/upload', undefined, 'POST', `Content-Length: ${4 * GB}`));
      for (let sent = 0; sent < 4 * GB; sent += MB) if (!client.socket.write(chunk)) await once(client.socket, 'drain');
      while (client.bytes === 0) await pause(50);
    });
    client.socket.destroy();
    expect(grown).toBeLessThan(96 * MB);
  });
});

describe.concurrent('at the same time', () => {
  it('RES-01 half a header section inside a tunnel is answered 400 in time', { timeout: 40_000 }, async () => {
    await using client = await lab.https(SECURE);
    client.send('GET / HTTP/1.1\r\nHost: ');
    expect(await client.rest(25_000)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('RES-01 a tunnel in which nothing is said is closed in time', { timeout: 40_000 }, async () => {
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(SECURE));
    expect(tunnel.answer.status).toBe(200);
    expect(await tunnel.connection.rest(15_000)).toBe('');
  });

  it(
    'RES-06 a stream that is silent for longer than any idle timeout of a connection goes on',
    { timeout: 100_000 },
    async () => {
      await using client = await lab.https(SECURE);
      client.send(`GET /quiet HTTP/1.1\r\nHost: ${lab.authority(SECURE)}\r\n\r\n`);
      await client.until('data: first');
      await client.until('data: second', 90_000);
    },
  );

  it('RES-08 an address that swallows connections is 504 in time', { timeout: 40_000 }, async () => {
    await using client = await lab.connect();
    const startedAt = performance.now();
    client.send(ask('/', `${HOLE}:${hole.port}`));
    const answer = await client.response('GET', 20_000);
    expect([answer.status, (JSON.parse(answer.content.toString()) as { code: string }).code]).toEqual([504, 'connect_timeout']);
    expect(performance.now() - startedAt).toBeGreaterThan(9_000);
  });

  it('RES-08 an origin that never answers is 504 after five minutes', { timeout: 330_000 }, async () => {
    await using client = await lab.connect();
    client.send(ask('/never'));
    const answer = await client.response('GET', 320_000);
    expect([answer.status, (JSON.parse(answer.content.toString()) as { code: string }).code]).toEqual([504, 'origin_timeout']);
  });
});
