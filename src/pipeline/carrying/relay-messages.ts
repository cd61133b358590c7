import type { Socket } from 'node:net';
import type { Failure } from '../../core/codes.ts';
import type { ByteCounts } from '../../core/exchange/record.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { MessageFlow } from '../../transform/websocket/message-flow.ts';
import type { MessageFailure } from '../../transform/websocket/message-failure.ts';
import type { RelayEnd, RelayLimits } from '../../upstream/relay.ts';

/** Both sides of a WebSocket, with what their messages go through. */
export interface MessageEnds {
  readonly client: Socket;
  readonly origin: Socket;
  /** Bytes that the client sent before the connection stood. */
  readonly head: Uint8Array;
  readonly toOrigin: MessageFlow;
  readonly toClient: MessageFlow;
}

/** A running WebSocket whose messages are read. */
export interface MessageRelay {
  /** Sent: what left for the origin. Received: what came from it. */
  readonly bytes: ByteCounts;
  /** Resolves once, when both sides are closed. */
  readonly ended: Promise<{ readonly end: RelayEnd; readonly failure: Failure | undefined }>;
  /** Aborts both sides. */
  cut(): void;
}

/** How long both ends have to take the news that the connection is closed. */
const LINGER: Milliseconds = 1_000;

/**
 * Joins two sockets as `relay()` does, within the same limits, with the messages of both directions read. Where one cannot go
 * on, both ends are told in a close frame, and then cut.
 */
export function relayMessages(ends: MessageEnds, limits: RelayLimits): MessageRelay {
  const run = new MessageRun(ends, limits);
  run.begin();
  return run;
}

class MessageRun implements MessageRelay {
  readonly ended: MessageRelay['ended'];
  readonly bytes: { readonly received: number; sent: number };
  readonly #ends: MessageEnds;
  readonly #limits: RelayLimits;
  readonly #finish: (ended: Awaited<MessageRelay['ended']>) => void;
  #end: RelayEnd = 'closed';
  #failure: Failure | undefined;
  #timer: NodeJS.Timeout | undefined;
  #open = 2;

  constructor(ends: MessageEnds, limits: RelayLimits) {
    const { origin } = ends;
    // What has arrived and waits in a buffer is still to be relayed, so it counts.
    const readBefore = origin.bytesRead - origin.readableLength;
    this.#ends = ends;
    this.#limits = limits;
    this.bytes = {
      sent: 0,
      get received() {
        return origin.bytesRead - readBefore;
      },
    };
    const { promise, resolve } = Promise.withResolvers<Awaited<MessageRelay['ended']>>();
    this.ended = promise;
    this.#finish = resolve;
  }

  begin(): void {
    const { client, origin, head } = this.#ends;
    this.#expire(this.#limits.lifetime, 'lifetime');
    for (const [side, other] of [
      [client, origin],
      [origin, client],
    ] as const) {
      side.on('error', () => this.#cut('error'));
      side.once('end', () => client.setTimeout(this.#limits.halfClosedIdle));
      if (side.closed) this.#closed(side, other);
      else side.once('close', () => this.#closed(side, other));
    }
    // The client's socket sees the bytes of both directions, so its silence is the silence of the connection.
    client.setTimeout(this.#limits.idle, () => this.#cut('idle'));
    void this.#flow(this.#ends.toOrigin, chunks(client, head), client, origin);
    void this.#flow(this.#ends.toClient, chunks(origin), origin, client);
  }

  cut(): void {
    this.#cut('cut');
  }

  async #flow(flow: MessageFlow, source: AsyncIterable<Uint8Array>, from: Socket, to: Socket): Promise<void> {
    try {
      for await (const left of flow.pass(source)) {
        // Once it is refused, what still comes is read away.
        if (this.#failure !== undefined) continue;
        if (to.destroyed) break;
        if (!left.ok) this.#refuse(left.failure);
        else if (!this.#write(to, left.value)) await drained(to);
      }
      if (this.#failure === undefined) to.end();
      // The iterator has let go of it in the next turn only.
      else setImmediate(() => from.resume());
    } catch (error) {
      // A side that broke off, or else a defect; the other side follows when this one is closed.
      if (!from.destroyed)
        this.#failure ??= { code: 'internal_error', detail: error instanceof Error ? error.name : 'unknown' };
      from.destroy();
    }
  }

  #write(to: Socket, bytes: Uint8Array): boolean {
    if (to === this.#ends.origin) this.bytes.sent += bytes.length;
    return to.write(bytes);
  }

  #refuse({ failure, close }: MessageFailure): void {
    const { client, origin, toClient, toOrigin } = this.#ends;
    this.#failure = failure;
    this.#expire(LINGER, 'closed');
    for (const [side, flow] of [
      [client, toClient],
      [origin, toOrigin],
    ] as const) {
      const farewell = flow.close(close, failure.code);
      if (farewell.length > 0) this.#write(side, farewell);
      side.end();
    }
  }

  #expire(time: Milliseconds, end: RelayEnd): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#cut(end), time);
    this.#timer.unref();
  }

  #cut(end: RelayEnd): void {
    if (this.#end === 'closed') this.#end = end;
    this.#ends.client.destroy();
    this.#ends.origin.destroy();
  }

  #closed(side: Socket, other: Socket): void {
    // A socket that closes without having finished takes the other one along.
    if (!side.readableEnded) other.destroy();
    this.#open -= 1;
    if (this.#open > 0) return;
    clearTimeout(this.#timer);
    this.#finish({ end: this.#end, failure: this.#failure });
  }
}

/** What a socket receives, as fast as it is taken. */
async function* chunks(socket: Socket, head?: Uint8Array): AsyncGenerator<Uint8Array, void> {
  if (head !== undefined && head.length > 0) yield head;
  yield* socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    if (socket.destroyed) resolve();
    else socket.once('drain', done).once('close', done);
  });
}
