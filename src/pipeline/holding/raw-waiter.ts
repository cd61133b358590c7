import type { Socket } from 'node:net';
import type { Waiter } from './hold.ts';

/**
 * The client of a WebSocket handshake that waits. Its connection was handed over raw and nobody reads it before the
 * handshake is through, so that its end would go unnoticed.
 */
export class RawWaiter implements Waiter, Disposable {
  readonly #socket: Socket;
  // What the client sends early stays for whoever relays it; only with nothing before it does the end show.
  readonly #onReadable = (): void => {
    if (this.#socket.readableLength === 0) this.#socket.read(0);
  };
  readonly #onEnd = (): void => void this.#socket.destroy();

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  whenGone(listener: () => void): void {
    if (this.#socket.destroyed) {
      listener();
      return;
    }
    this.#socket.on('readable', this.#onReadable).once('end', this.#onEnd).once('close', listener);
  }

  /** From here on the connection is its relay's. */
  [Symbol.dispose](): void {
    this.#socket.off('readable', this.#onReadable).off('end', this.#onEnd);
  }
}
