import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Address } from './raw-client.ts';

/** A balancer at layer 4: gives each connection to the next of its targets that takes it, after a PROXY header of version 1. */
export class Balancer implements AsyncDisposable {
  /** In turn; the test takes out what it is about to stop, as a health check would. */
  targets: readonly Address[];
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #next = 0;

  private constructor(targets: readonly Address[]) {
    this.targets = targets;
    this.#server = createServer({ pauseOnConnect: true }, (client) => void this.#pass(client));
  }

  static async open(targets: readonly Address[]): Promise<Balancer> {
    const balancer = new Balancer(targets);
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get address(): Address {
    return { address: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  async #pass(client: Socket): Promise<void> {
    this.#keep(client);
    for (let tried = 0; tried < this.targets.length; tried++) {
      const { address, port } = this.targets[this.#next++ % this.targets.length]!;
      const target = connect({ host: address, port });
      try {
        await once(target, 'connect');
      } catch {
        continue;
      }
      this.#keep(target);
      target.write(`PROXY TCP4 ${client.remoteAddress} ${address} ${client.remotePort} ${port}\r\n`);
      client.pipe(target).pipe(client);
      client.once('close', () => target.destroy());
      target.once('close', () => client.destroy());
      client.resume();
      return;
    }
    client.destroy();
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    // What breaks is closed, and the other side with it.
    socket.on('error', () => {});
    socket.once('close', () => this.#open.delete(socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
