import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresServer } from '../../support/postgres-server.ts';

/** The address of a store, behind which one server can take the place of another: what a load balancer or a floating address is. */
export class StoreRelay implements AsyncDisposable {
  readonly address = '127.0.60.1';
  /** Milliseconds by which each piece of either direction is late. */
  delay = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: PostgresServer;

  private constructor(target: PostgresServer) {
    this.#target = target;
    this.#server = createServer((client) => this.#relay(client));
  }

  static async start(target: PostgresServer): Promise<StoreRelay> {
    const relay = new StoreRelay(target);
    relay.#server.listen(0, relay.address);
    await once(relay.#server, 'listening');
    return relay;
  }

  get port(): number {
    const bound = this.#server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : 0;
  }

  get url(): string {
    const url = this.#target.url.replace(/@\/(\w+)\?.*$/, `@${this.address}:${this.port}/$1`);
    return url;
  }

  /** From now on another server answers here; connections to the former one end. */
  leadTo(target: PostgresServer): void {
    this.#target = target;
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #relay(client: Socket): void {
    const server = connect(this.#target.socketPath);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy()).on('close', () => this.#sockets.delete(from));
      void this.#forward(from, to);
    }
  }

  async #forward(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const piece of from) {
        if (this.delay > 0) await pause(this.delay);
        to.write(piece as Buffer);
      }
      to.end();
    } catch {
      to.destroy();
    }
  }
}
