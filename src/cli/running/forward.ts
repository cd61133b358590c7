import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where the gateway listens for agents. */
interface ProxyAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Carries every connection of a socket that another network namespace listens on to the gateway, byte for byte: all that leaves
 * that namespace. A gateway that is down ends the connection; there is nowhere else to go.
 */
export function forward(listening: Server, gateway: ProxyAddress): Disposable {
  const open = new Set<Socket>();
  const carry = (inside: Socket): void => {
    const outside = connect({ ...gateway, allowHalfOpen: true, noDelay: true });
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      open.add(from);
      from.once('close', () => open.delete(from));
      // What one side does not finish is not finished for the other either.
      from.once('error', () => to.resetAndDestroy());
      from.pipe(to);
    }
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, carry).listen(listening);
  return {
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
