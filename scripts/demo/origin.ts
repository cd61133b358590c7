import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service on loopback that keeps what it was sent, and says it back. */
export interface Origin extends AsyncDisposable {
  readonly port: number;
  /** Contents, in the order in which they came. */
  readonly received: readonly string[];
}

export async function startOrigin(): Promise<Origin> {
  const received: string[] = [];
  const server = createServer((request, reply) => {
    void contentOf(request).then((content) => {
      received.push(content);
      reply.setHeader('content-type', 'application/json');
      reply.end(content === '' ? '{"case":7,"state":"open"}' : content);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function contentOf(request: IncomingMessage): Promise<string> {
  let content = '';
  for await (const chunk of request.setEncoding('utf8')) content += chunk as string;
  return content;
}
