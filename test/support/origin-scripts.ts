import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { OriginHandlers, Script } from './origin.ts';

/** Writes these bytes, whatever they are, and nothing more: two status lines, CL with TE, a head whose content never comes … */
export function raw(text: string): Script {
  return ({ connection }) => void connection.socket.write(text, 'latin1');
}

/** One complete response with Content-Length. */
export function response(status: string, content: string, fields: readonly string[] = []): Script {
  const lines = [`HTTP/1.1 ${status}`, ...fields, `Content-Length: ${Buffer.byteLength(content)}`];
  return raw(`${lines.join('\r\n')}\r\n\r\n${content}`);
}

/** A chunked response, one chunk per part, with a pause before each further part and trailer fields at the end. */
export function chunked(
  parts: readonly string[],
  {
    pauseMs = 0,
    trailers = [],
    fields = [],
  }: { pauseMs?: number; trailers?: readonly string[]; fields?: readonly string[] } = {},
): Script {
  return async ({ connection: { socket } }) => {
    const announced = trailers.length === 0 ? [] : [`Trailer: ${trailers.map((line) => line.split(':')[0]).join(', ')}`];
    socket.write(`HTTP/1.1 200 OK\r\n${[...fields, ...announced, 'Transfer-Encoding: chunked'].join('\r\n')}\r\n\r\n`);
    for (const [index, part] of parts.entries()) {
      if (index > 0 && pauseMs > 0) await pause(pauseMs);
      socket.write(`${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`);
    }
    socket.write(`0\r\n${trailers.map((line) => `${line}\r\n`).join('')}\r\n`);
  };
}

/** Server-sent events, each in a chunk of its own (WHATWG HTML §9.2). */
export function serverSentEvents(events: readonly string[], pauseMs: number): Script {
  return chunked(
    events.map((event) => `data: ${event}\n\n`),
    { pauseMs, fields: ['Content-Type: text/event-stream', 'Cache-Control: no-store'] },
  );
}

/** Interim responses before the final one (RFC 9110 §15.2). */
export function interim(statuses: readonly string[], final: Script): Script {
  return async (request) => {
    for (const status of statuses) request.connection.socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
    await final(request);
  };
}

/** Sends these bytes, then a RST. */
export function resetAfter(text: string): Script {
  return ({ connection }) => void connection.socket.write(text, 'latin1', () => connection.reset());
}

/** `size` bytes with Content-Length, written as fast as the reader takes them. */
export function large(size: number, chunkSize = 64 * 1024): Script {
  const chunk = Buffer.alloc(chunkSize, 'x');
  return async ({ connection: { socket } }) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${size}\r\n\r\n`);
    for (let sent = 0; sent < size && !socket.destroyed; sent += chunkSize) {
      const more = socket.write(chunk.subarray(0, Math.min(chunkSize, size - sent)));
      if (!more) await drainedOrClosed(socket);
    }
  };
}

function drainedOrClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}

/** Accepts and stays silent. */
export const BLACK_HOLE: OriginHandlers = { onConnection: ({ socket }) => void socket.resume() };

/** Speaks first, as SMTP and SSH do. */
export function greeting(text: string): OriginHandlers {
  return { onConnection: ({ socket }) => void socket.write(text, 'latin1') };
}

/** Sends every byte back: the far end of an opaque tunnel. */
export const BYTE_ECHO: OriginHandlers = { onConnection: ({ socket }) => void socket.pipe(socket) };
