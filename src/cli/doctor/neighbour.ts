import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on loopback that stands for whatever an agent could reach past the gateway. */
export interface Neighbour extends AsyncDisposable {
  readonly port: number;
  /** URL of this visitor: what asks for it goes past the gateway. */
  url(visitor: string): string;
  wasVisitedBy(visitor: string): boolean;
}

/** Opens it; it answers 404 to everybody. */
export async function openNeighbour(): Promise<Neighbour> {
  const visited = new Set<string>();
  const server = createServer((request, response) => {
    visited.add(request.url?.split('/')[1] ?? '');
    response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: (visitor) => `http://127.0.0.1:${port}/${encodeURIComponent(visitor)}`,
    wasVisitedBy: (visitor) => visited.has(encodeURIComponent(visitor)),
    [Symbol.asyncDispose]: async () => {
      server.close().closeAllConnections();
      await once(server, 'close');
    },
  };
}
