/** The origin where nginx is not installed: the same four doors, slower. A program of its own, like every origin here. */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer as createHttp2Server } from 'node:http2';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';

interface Job {
  readonly directory: string;
  readonly http: number;
  readonly https: number;
  readonly https2: number;
  readonly closing: number;
}

const { directory, http, https, https2, closing } = JSON.parse(process.argv[2] ?? '{}') as Job;
const bulk = join(directory, 'bulk');
const { size } = statSync(bulk);
const small = Buffer.alloc(1024, 'x');
const tls = { cert: readFileSync(join(directory, 'leaf.pem')), key: readFileSync(join(directory, 'leaf.key')) };

function serve(message: IncomingMessage, response: ServerResponse): void {
  const { url } = message;
  if (url === '/v1/messages') {
    message.resume();
    message.once('end', () => response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 2 }).end('{}'));
    return;
  }
  if (url === '/small') {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': small.length }).end(small);
    return;
  }
  response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': size });
  createReadStream(bulk, { highWaterMark: 128 * 1024 }).pipe(response);
}

function serveOnce(message: IncomingMessage, response: ServerResponse): void {
  response.shouldKeepAlive = false;
  serve(message, response);
}

createServer(serve).listen(http, '127.0.0.1');
createSecureServer(tls, serve).listen(https, '127.0.0.1');
// Node's compatibility layer has what `serve` calls.
createHttp2Server(tls, (message, response) =>
  serve(message as unknown as IncomingMessage, response as unknown as ServerResponse),
).listen(https2, '127.0.0.1');
createSecureServer(tls, serveOnce).listen(closing, '127.0.0.1');
