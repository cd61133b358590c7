import { createServer, type Http2Server, type IncomingHttpHeaders } from 'node:http2';
import type { ServerCertificate } from './certificates.ts';
import { openRecordingServer, type RecordingServer, type ServerOptions } from './recording-server.ts';

export interface Http2Origin extends RecordingServer {
  /** Complete requests, pseudo-header fields included. */
  readonly requests: readonly { readonly fields: IncomingHttpHeaders; readonly content: string }[];
}

/** An origin that speaks HTTP/2 over TLS and nothing else; answers 200 with what it received as JSON. */
export async function startHttp2Origin(options: ServerOptions & { readonly tls: ServerCertificate }): Promise<Http2Origin> {
  const requests: { fields: IncomingHttpHeaders; content: string }[] = [];
  const http2: Http2Server = createServer();
  http2.on('sessionError', () => {});
  http2.on('stream', (stream, fields) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const content = Buffer.concat(chunks).toString('latin1');
      requests.push({ fields, content });
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
      stream.end(JSON.stringify({ method: fields[':method'], target: fields[':path'], content }));
    });
  });
  const server = await openRecordingServer({ ...options, tls: { alpn: ['h2'], ...options.tls } }, ({ socket }) => {
    http2.emit('connection', socket);
  });
  return Object.defineProperties(server as Http2Origin, { requests: { value: requests } });
}
