import { connect, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { ServerCertificate } from './certificates.ts';

/** What a parent does with a CONNECT. */
export type Conduct = (socket: Socket, head: string) => void;

/** A proxy in raw sockets, which does whatever it is told to. */
export interface HostileParent extends AsyncDisposable {
  readonly port: number;
  /** The header sections that it was sent. */
  readonly asked: string[];
  /** Connections that are open. */
  readonly open: ReadonlySet<Socket>;
}

export async function startHostileParent(conduct: Conduct, tls?: ServerCertificate): Promise<HostileParent> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const onConnection = (socket: Socket): void => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    let head = '';
    const onData = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', onData);
      asked.push(head);
      conduct(socket, head);
    };
    socket.on('data', onData);
  };
  const server =
    tls === undefined ? createServer(onConnection) : createTlsServer(tls, onConnection).on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    port: (server.address() as { port: number }).port,
    asked,
    open,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Opens the tunnel that it is asked for, where that is an address of loopback. */
export const opensTunnels: Conduct = (socket, head) => {
  const [, address = '', port = ''] = /^CONNECT (127\.[0-9.]+):(\d+) /.exec(head) ?? [];
  if (address === '') return void socket.end('HTTP/1.1 403 Not an address\r\n\r\n');
  const origin = connect(Number(port), address, () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  origin.on('error', () => socket.destroy());
  socket.on('close', () => origin.destroy());
  origin.pipe(socket);
  socket.pipe(origin);
};

/** Writes something and goes on listening. */
export function says(text: string): Conduct {
  return (socket) => void socket.write(text, 'latin1');
}
