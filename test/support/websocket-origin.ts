import { createServer, type IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import { openRecordingServer, type RecordingServer, type ServerOptions } from './recording-server.ts';

export interface WebSocketOrigin extends RecordingServer {
  /** Handshakes in order of arrival. */
  readonly handshakes: readonly { readonly target: string; readonly fields: IncomingMessage['headers'] }[];
  /** Messages of all connections as they came. */
  readonly messages: readonly (string | Buffer)[];
}

/** A WebSocket server that sends every message back; plain requests get 426. */
export async function startWebSocketOrigin(options: ServerOptions = {}): Promise<WebSocketOrigin> {
  const messages: (string | Buffer)[] = [];
  const handshakes: { target: string; fields: IncomingMessage['headers'] }[] = [];
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const http = createServer((_request, reply) => reply.writeHead(426).end());
  http.on('upgrade', (request: IncomingMessage, socket, head) => {
    handshakes.push({ target: request.url ?? '', fields: request.headers });
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate());
      client.on('message', (content: Buffer, isBinary) => {
        const message = isBinary ? content : content.toString('utf8');
        messages.push(message);
        client.send(message);
      });
    });
  });
  const server = await openRecordingServer(options, ({ socket }) => http.emit('connection', socket));
  return Object.defineProperties(server as WebSocketOrigin, {
    handshakes: { value: handshakes },
    messages: { value: messages },
  });
}
