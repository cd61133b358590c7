import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip, createZstdDecompress, constants } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReplySink } from '../../../src/core/exchange/reply-sink.ts';
import { Http1Reply } from '../../../src/listener/reply.ts';
import { ReplyTransform } from '../../../src/transform/content/reply-transform.ts';
import { coded, transformation } from '../coded.ts';
import { upperCase } from '../filters.ts';

/** Held back, an event would wait for the next one, which is sent after it has come: for ever. The rest is a slow machine. */
const AT_ONCE = 1000;

const EVENTS = ['content-type', 'text/event-stream'];

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A client's view of an answer that is transformed between it and a scripted origin, over a socket of loopback. */
async function ask(
  origin: (reply: ReplyTransform, inner: ReplySink) => void,
  acceptEncoding?: string,
): Promise<IncomingMessage> {
  server = createServer((message, response) => {
    const inner = new Http1Reply(response, false);
    const { mislabelled, limits, memory } = transformation();
    const request = { method: message.method!, acceptEncoding };
    const onFailure = (): void => {
      if (!inner.started) inner.start(403, 'Forbidden', ['Content-Length', '0']);
      inner.end();
    };
    origin(
      new ReplyTransform(inner, {
        mislabelled,
        mayHoldNul: () => false,
        limits,
        memory,
        request,
        filterFor: upperCase,
        onFailure,
      }),
      inner,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = httpRequest({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  client.end();
  const [answer] = (await once(client, 'response')) as [IncomingMessage];
  answer.on('error', () => {});
  return answer;
}

/** Sends five events, the next one only when the last one has come out at the client. */
async function* eventByEvent(send: (event: string) => void, received: () => string): AsyncGenerator<number> {
  for (let i = 0; i < 5; i++) {
    const event = `DATA: ${i}\n\n`;
    const sentAt = performance.now();
    send(event.toLowerCase());
    while (!received().endsWith(event)) await delay(1);
    yield performance.now() - sentAt;
    await delay(50);
  }
}

describe('ReplyTransform on sockets', () => {
  it('lets plain events out as they come', async () => {
    const opened = Promise.withResolvers<ReplyTransform>();
    const answer = await ask((reply) => {
      reply.start(200, 'OK', EVENTS);
      opened.resolve(reply);
    });
    let received = '';
    answer.on('data', (chunk: Buffer) => (received += chunk.toString()));
    const reply = await opened.promise;
    for await (const waited of eventByEvent(
      (event) => reply.write(Buffer.from(event)),
      () => received,
    )) {
      expect(waited).toBeLessThan(AT_ONCE);
    }
    reply.end();
    await once(answer, 'end');
    expect(received).toBe('DATA: 0\n\nDATA: 1\n\nDATA: 2\n\nDATA: 3\n\nDATA: 4\n\n');
  });

  it('lets coded events out as they come, undone and redone', async () => {
    const opened = Promise.withResolvers<ReplyTransform>();
    const answer = await ask((reply) => {
      reply.start(200, 'OK', [...EVENTS, 'content-encoding', 'gzip']);
      opened.resolve(reply);
    }, 'zstd');
    expect(answer.headers['content-encoding']).toBe('zstd');
    let received = '';
    const decoder = createZstdDecompress().on('data', (chunk: Buffer) => (received += chunk.toString()));
    answer.pipe(decoder);
    const reply = await opened.promise;
    const encoder = createGzip({ flush: constants.Z_SYNC_FLUSH }).on('data', (chunk: Buffer) => reply.write(chunk));
    for await (const waited of eventByEvent(
      (event) => encoder.write(event),
      () => received,
    )) {
      expect(waited).toBeLessThan(AT_ONCE);
    }
    encoder.end();
    await once(encoder, 'end');
    reply.end();
    await once(decoder, 'end');
    expect(await reply.settled).toBeUndefined();
  });

  it('lets a problem be answered where content is not what it is called', async () => {
    const answer = await ask((reply) => {
      reply.start(200, 'OK', ['content-encoding', 'gzip']);
      reply.write(Buffer.from('plain'));
    });
    expect(answer.statusCode).toBe(403);
  });

  it('cuts the connection where content breaks off after it began', async () => {
    const broke = coded(
      crypto.getRandomValues(new Uint8Array(60_000)).map((byte) => byte | 1),
      'gzip',
    ).subarray(0, 50_000);
    const answer = await ask((reply) => {
      reply.start(200, 'OK', ['content-encoding', 'gzip']);
      reply.write(broke);
      reply.end();
    });
    expect(answer.statusCode).toBe(200);
    answer.resume();
    const [error] = (await once(answer, 'error')) as [Error];
    expect(error.message).toBe('aborted');
    expect(answer.complete).toBe(false);
  });

  it.each<[string, string[]]>([
    ['plain', []],
    ['coded', ['content-encoding', 'gzip']],
  ])('stops an origin of %s content whose client does not read, with bounded memory', async (_, fields) => {
    const stopped = Promise.withResolvers<number>();
    const finished = Promise.withResolvers<unknown>();
    // No zeros, which are no text; nothing that shrinks like a bomb.
    const piece = Buffer.from(crypto.getRandomValues(new Uint8Array(64 * 1024)).map((byte) => byte | 1));
    const member = fields.length === 0 ? piece : coded(piece, 'gzip');
    const total = 256;
    const answer = await ask((reply) => {
      reply.start(200, 'OK', fields);
      finished.resolve(reply.settled);
      let written = 0;
      const next = (): void => {
        while (written < total) {
          written++;
          if (reply.write(member)) continue;
          const timer = setTimeout(() => stopped.resolve(written), 100);
          reply.whenDrained(() => {
            clearTimeout(timer);
            setImmediate(next);
          });
          return;
        }
        reply.end();
      };
      next();
    });
    // What the operating system holds of a connection of loopback is some MiB.
    expect(await stopped.promise).toBeLessThan(total);
    let received = 0;
    answer.on('data', (chunk: Buffer) => (received += chunk.length));
    await once(answer, 'end');
    expect(received).toBe(total * piece.length);
    expect(await finished.promise).toBeUndefined();
  });
});
