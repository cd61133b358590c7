import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Milliseconds } from '../../core/units.ts';
import type { AdminDependencies } from '../dependencies.ts';
import { sendRefusal } from '../problem.ts';
import type { TypedServer } from '../typed-server.ts';

/** Streams at once; each is a connection that stays. */
const MOST_STREAMS = 64;
/** Shorter than proxies wait for a silent connection. */
const HEARTBEAT: Milliseconds = 15_000;
/** After which a client has to come again, and show who it is: by then its session may be over. */
const LONGEST: Milliseconds = 5 * 60_000;
/** Text that a client has not taken; one that reads slower is cut off, and comes again. */
const MOST_UNREAD = 256 * 1024;

/**
 * `/v1/events`: server-sent events (WHATWG HTML §9.2). They say that something has changed and what it was about, never what is
 * in it: that is asked for, under the role of who asks.
 */
export function eventRoutes(server: TypedServer, dependencies: AdminDependencies): void {
  let streams = 0;
  server.get('/v1/events', (_request, reply) => {
    if (streams >= MOST_STREAMS) {
      return sendRefusal(reply, { status: 429, detail: `Found ${MOST_STREAMS} streams of events already`, retryAfter: 5 });
    }
    streams += 1;
    const stream = openStream(reply);
    const subscription = dependencies.watch((event, data) =>
      send(stream, `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    );
    const heartbeat = setInterval(() => send(stream, ': still there\n\n'), HEARTBEAT);
    const limit = setTimeout(() => stream.end(), LONGEST);
    stream.once('close', () => {
      streams -= 1;
      clearInterval(heartbeat);
      clearTimeout(limit);
      subscription[Symbol.dispose]();
    });
    return reply;
  });
}

function openStream(reply: FastifyReply): ServerResponse {
  const fields = { ...reply.getHeaders(), 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
  reply.hijack();
  // Proxies that collect answers would keep it for themselves.
  reply.raw.writeHead(200, { ...(fields as Record<string, string>), 'x-accel-buffering': 'no' });
  reply.raw.write('retry: 2000\n\n');
  return reply.raw;
}

function send(stream: ServerResponse, text: string): void {
  if (stream.writableLength > MOST_UNREAD) stream.destroy();
  else stream.write(text);
}
