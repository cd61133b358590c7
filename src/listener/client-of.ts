import type { Socket } from 'node:net';
import type { Arrival } from './accept.ts';

const CLIENTS = new WeakMap<Socket, Arrival['client']>();

/** Address and port of the peer of a connection: one object for as long as the connection lives, also when it is lost. */
export function clientOf(socket: Socket): Arrival['client'] {
  const known = CLIENTS.get(socket);
  if (known !== undefined) return known;
  const client = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  CLIENTS.set(socket, client);
  return client;
}
