import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../support/lab.ts';
import { memoryGrowth } from '../support/memory-growth.ts';
import type { OriginHandlers } from '../support/origin.ts';

const MASKED = 'masked.de.lab.example';
const MB = 1024 * 1024;
const SIZE = 2 * 1024 * MB;

/** A mebibyte of text with a value in each kibibyte. */
const LINE = `${'nothing that anybody would look for, '.repeat(27)}anna@example.org\n`.padEnd(1024, '.');
const TEXT = Buffer.from(LINE.slice(0, 1023).concat('\n').repeat(1024));
const VALUE = 'anna@example.org';

let lab: Lab;
let received = 0;
let leaked = 0;
let end = '';

/** Counts what comes, and looks for the value in it. */
function count(socket: Socket): void {
  socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (chunk.includes(VALUE)) leaked += 1;
    end = (end + chunk.subarray(-5).toString('latin1')).slice(-5);
    if (end === '0\r\n\r\n') socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
}

const handler: OriginHandlers = {
  onHead: ({ target, connection: { socket } }) => {
    if (target === '/upload') return count(socket);
    if (target === '/stalled') return void socket.removeAllListeners('data').pause();
    // Whoever waits is cut off at the end.
    return (async () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${SIZE}\r\n\r\n`);
      for (let sent = 0; sent < SIZE; sent += TEXT.length) if (!socket.write(TEXT)) await once(socket, 'drain');
    })().catch(() => {});
  },
};

beforeAll(async () => {
  const both = '{ entities: [pii, secrets], as: redact }';
  lab = await startLab({
    origins: { [MASKED]: { country: 'DE', handler } },
    rules: [
      `{ id: masked, to: [masked-de-lab-example], then: permit, length: chunked, mask: { request: ${both}, response: ${both} } }`,
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

async function open(): Promise<Socket> {
  const socket = connect({ host: lab.gateway.proxy.address, port: lab.gateway.proxy.port });
  await once(socket, 'connect');
  return socket.on('error', () => {});
}

describe.skipIf(process.platform !== 'linux')('content of 2 GiB under a mask', () => {
  it('RES-05 costs no memory on its way up, and leaves without a value', { timeout: 300_000 }, async () => {
    const client = await open();
    const seen = { answer: '' };
    client.on('data', (chunk: Buffer) => (seen.answer += chunk.toString()));
    const grown = await memoryGrowth(lab.gateway.pid, async () => {
      const authority = lab.authority(MASKED);
      client.write(
        `POST http://${authority}/upload HTTP/1.1\r\nHost: ${authority}\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      const chunk = Buffer.concat([Buffer.from(`${TEXT.length.toString(16)}\r\n`), TEXT, Buffer.from('\r\n')]);
      for (let sent = 0; sent < SIZE; sent += TEXT.length) if (!client.write(chunk)) await once(client, 'drain');
      client.write('0\r\n\r\n');
      while (seen.answer === '') await pause(50);
    });
    client.destroy();
    expect([seen.answer.slice(0, 15), leaked]).toEqual(['HTTP/1.1 200 OK', 0]);
    expect(received).toBeGreaterThan(SIZE * 0.9);
    expect(grown).toBeLessThan(128 * MB);
  });

  it('RES-05 costs no memory on its way down, and arrives without a value', { timeout: 300_000 }, async () => {
    const client = await open();
    let bytes = 0;
    let found = 0;
    const seen = { end: '' };
    client.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (chunk.includes(VALUE)) found += 1;
      seen.end = (seen.end + chunk.subarray(-5).toString('latin1')).slice(-5);
    });
    const grown = await memoryGrowth(lab.gateway.pid, async () => {
      const authority = lab.authority(MASKED);
      client.write(`GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
      while (seen.end !== '0\r\n\r\n') await pause(50);
    });
    client.destroy();
    expect(found).toBe(0);
    expect(bytes).toBeGreaterThan(SIZE * 0.9);
    expect(grown).toBeLessThan(128 * MB);
  });
});

/** So many exchanges wait at once; each may hold a mebibyte. */
const WAITING = 64;

/** Opens so many connections, and writes to each what it takes until nothing moves any more. */
async function stall(count: number, head: (authority: string) => string, chunk?: Buffer): Promise<readonly Socket[]> {
  const clients = await Promise.all(Array.from({ length: count }, open));
  for (const client of clients) {
    client.pause();
    client.write(head(lab.authority(MASKED)));
    const fill = (): void => {
      if (chunk !== undefined) while (!client.destroyed && client.write(chunk));
    };
    client.on('drain', fill);
    fill();
  }
  await pause(4000);
  return clients;
}

describe.skipIf(process.platform !== 'linux')('exchanges under a mask that wait', () => {
  it.each([
    [
      'a client that reads nothing',
      (authority: string) => `GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n\r\n`,
      undefined,
    ],
    [
      'an origin that reads nothing',
      (authority: string) =>
        `POST http://${authority}/stalled HTTP/1.1\r\nHost: ${authority}\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n`,
      Buffer.concat([Buffer.from('10000\r\n'), TEXT.subarray(0, 65_536), Buffer.from('\r\n')]),
    ],
  ])('RES-05 hold a mebibyte each at most: %s', { timeout: 60_000 }, async (_, head, chunk) => {
    // They wait as well meanwhile, so that nothing of theirs is used again; what is needed once for all is there after them.
    const waiting = [...(await stall(WAITING / 2, head, chunk))];
    const grown = await memoryGrowth(lab.gateway.pid, async () => void waiting.push(...(await stall(WAITING, head, chunk))));
    for (const client of waiting) client.destroy();
    expect(waiting.map(({ bytesRead }) => bytesRead < 64 * MB)).not.toContain(false);
    expect(grown).toBeLessThan(WAITING * MB);
  });
});
