import type { Socket } from 'node:net';
import type { Client } from '../../core/exchange/exchange.ts';

const CLIENTS = new WeakMap<Socket, Client>();

/** The client of a connection: one object for as long as the connection lives, also when it is lost. */
export function clientOf(socket: Socket): Client {
  const known = CLIENTS.get(socket);
  if (known !== undefined) return known;
  const client = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  CLIENTS.set(socket, client);
  return client;
}

/** Says whose connection it is, where its peer is not the client, or has shown more than its address. */
export function noteClient(socket: Socket, client: Client): void {
  CLIENTS.set(socket, client);
}
