import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { FLAG, FRAME, frame } from './http2-frames.ts';
import type { OriginHandlers } from './origin.ts';
import type { Connection } from './recording-server.ts';

/** A stream as an origin of the laboratory gets it; `raw` are its field lines, pseudo-header fields included. */
export type StreamScript = (stream: ServerHttp2Stream, fields: IncomingHttpHeaders, raw: readonly string[]) => void;

/** An origin of the laboratory that speaks HTTP/2; its `tls` has to offer it in ALPN. */
export function http2Handler(script: StreamScript, settings?: { readonly maxConcurrentStreams: number }): OriginHandlers {
  const server = createServer({ strictSingleValueFields: false, ...(settings !== undefined && { settings }) });
  server.on('sessionError', () => {});
  server.on('session', (session) => session.on('error', () => {}));
  server.on('stream', (stream, fields, _flags, raw) => {
    stream.on('error', () => {});
    script(stream, fields, raw);
  });
  return { onConnection: ({ socket }: Connection) => server.emit('connection', socket) };
}

/** Answers with what it received, as JSON. */
export const echoStream: StreamScript = (stream, fields, raw) => {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => {
    if (stream.destroyed) return;
    stream.respond({ ':status': 200, 'content-type': 'application/json' });
    stream.end(JSON.stringify({ method: fields[':method'], raw, content: Buffer.concat(chunks).toString('latin1') }));
  });
};

/** What an origin of frames does with a stream that was opened to it. */
export type FrameScript = (socket: Socket, stream: number, count: number) => void;

/**
 * An origin of the laboratory that writes frames by hand, which no library tidies: called with each HEADERS frame that came,
 * and how many came before it on all connections.
 * @param settings its first frame
 */
export function frameHandler(script: FrameScript, settings: Buffer = frame(FRAME.settings, 0, 0)): OriginHandlers {
  let count = 0;
  return {
    onConnection: ({ socket }: Connection) => {
      socket.on('error', () => {});
      socket.write(Buffer.concat([settings, frame(FRAME.settings, FLAG.ack, 0)]));
      let unread: Buffer = Buffer.alloc(0);
      let skipped = PREFACE_LENGTH;
      socket.on('data', (chunk: Buffer) => {
        unread = Buffer.concat([unread, chunk]);
        while (unread.length >= skipped + 9 && unread.length >= skipped + 9 + unread.readUIntBE(skipped, 3)) {
          unread = unread.subarray(skipped);
          skipped = 9 + unread.readUIntBE(0, 3);
          if (unread.readUInt8(3) === FRAME.headers) script(socket, unread.readUInt32BE(5), count++);
        }
      });
    },
  };
}

const PREFACE_LENGTH = 24;
