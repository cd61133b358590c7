import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answer } from '../core/exchange/answer.ts';

/** How long a client may take to read its answer before the connection is cut. */
const LINGER = 5_000;

/** Writes a whole HTTP/1.1 answer to a raw socket and closes it; for clients that have no response object (yet). */
export function writeAnswer(socket: Duplex, { status, reason, fields, body }: Answer): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const lines = [`HTTP/1.1 ${status} ${reason}`];
  for (let i = 0; i + 1 < fields.length; i += 2) lines.push(`${fields[i]}: ${fields[i + 1]}`);
  lines.push('Connection: close', '', body);
  socket.end(lines.join('\r\n'));
  // What the client still sends is not read by anyone: let it see the answer, then go.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Gives a whole answer to a request that was not understood; whatever follows it must not be read as another request. */
export function endWithAnswer(response: ServerResponse, { status, reason, fields, body }: Answer): void {
  response.writeHead(status, reason, [...fields, 'Connection', 'close']);
  response.end(body);
}
