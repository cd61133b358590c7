import { connect, createServer, type Socket } from 'node:net';

/** Both ends of one TCP connection on loopback. */
export interface SocketPair extends AsyncDisposable {
  readonly client: Socket;
  readonly server: Socket;
}

/** A connected pair, half-open like the sockets of an HTTP server. */
export async function openSocketPair(): Promise<SocketPair> {
  const listener = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const bound = listener.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('No port of loopback is free');
  const accepted = new Promise<Socket>((resolve) => listener.once('connection', resolve));
  const client = connect(bound.port, '127.0.0.1');
  const server = await accepted;
  listener.close();
  // The tests look at what was made of an error, not at the error of the client's raw socket.
  client.on('error', () => {});
  return {
    client,
    server,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.destroy();
      await Promise.resolve();
    },
  };
}
