import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TypedServer } from './typed-server.ts';

/** Most connections at once. */
const MOST = 256;

/**
 * Bounds the connections of the admin API. Where there is no room for a new one, the one that nobody known has used for longest
 * makes some: whoever reaches the port and opens hundreds, as an agent on the same machine can, keeps out neither approvers
 * nor probes. To be called behind the guard, which tells who is known.
 */
export function limitConnections(server: TypedServer): void {
  let open = 0;
  /** Those that may be closed, the longest unused first. By peer: over TLS a request has another object for its socket. */
  const unused = new Map<string, Socket>();
  server.server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    open += 1;
    socket.once('close', () => {
      open -= 1;
      if (unused.get(peer) === socket) unused.delete(peer);
    });
    if (open > MOST) makeRoom(unused, socket);
    if (!socket.destroyed) unused.set(peer, socket);
  });
  /** From now on it is the last to go. */
  const use = (peer: string): void => {
    const socket = unused.get(peer);
    if (socket !== undefined && unused.delete(peer)) unused.set(peer, socket);
  };
  server.server.on('request', ({ socket }: IncomingMessage) => use(peerOf(socket)));
  server.addHook('onRequest', async ({ raw, visitor }, reply) => {
    if (visitor === null) return;
    const peer = peerOf(raw.socket);
    const socket = unused.get(peer);
    unused.delete(peer);
    reply.raw.once('close', () => {
      if (socket?.destroyed === false) unused.set(peer, socket);
    });
  });
}

/** Those that somebody known uses stay; where there are no others, the new one does not come in. */
function makeRoom(unused: Map<string, Socket>, newest: Socket): void {
  const [first] = unused;
  const [peer, oldest] = first ?? ['', newest];
  unused.delete(peer);
  oldest.destroy();
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
