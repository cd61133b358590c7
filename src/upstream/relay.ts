import type { Socket } from 'node:net';
import type { ByteCounts } from '../core/exchange/record.ts';
import type { Milliseconds } from '../core/units.ts';
import type { Inlet } from './inlet.ts';

export interface RelayLimits {
  /** Longest silence in both directions. */
  readonly idle: Milliseconds;
  /** Longest silence once one side has finished sending: what is still to come comes soon, or never. */
  readonly halfClosedIdle: Milliseconds;
  /** Longest life of the tunnel. */
  readonly lifetime: Milliseconds;
}

export type RelayEnd = 'closed' | 'idle' | 'lifetime' | 'cut' | 'error';

/** A running tunnel: bytes pass both ways unread, only counted. */
export interface Relay {
  readonly bytes: ByteCounts;
  /** Resolves once, when both sides are closed. */
  readonly ended: Promise<RelayEnd>;
  /** Aborts both sides. */
  cut(): void;
}

/**
 * Joins two sockets. Half-close is passed on (RFC 9110 §9.3.6): a side that finished sending may still receive.
 *
 * @param head bytes that the client sent before the tunnel stood; they go first
 * @param inlet how `origin` is read, where it was opened with one
 */
export function relay(client: Socket, origin: Socket, head: Uint8Array, limits: RelayLimits, inlet?: Inlet): Relay {
  // What has arrived and waits in a buffer is still to be relayed, so it counts.
  const clientRead = client.bytesRead - client.readableLength;
  const originRead = origin.bytesRead - origin.readableLength - (inlet?.held ?? 0);
  // Not `head` itself: what refers to it would keep it for as long as the tunnel lives.
  const headLength = head.length;
  const bytes = {
    get sent(): number {
      return headLength + client.bytesRead - clientRead;
    },
    get received(): number {
      return origin.bytesRead - originRead;
    },
  };
  let finish: (end: RelayEnd) => void = () => {};
  const ended = new Promise<RelayEnd>((resolve) => {
    finish = resolve;
  });
  let cause: RelayEnd = 'closed';
  const cut = (end: RelayEnd): void => {
    if (cause === 'closed') cause = end;
    client.destroy();
    origin.destroy();
  };
  const lifetime = setTimeout(() => cut('lifetime'), limits.lifetime);
  lifetime.unref();
  let open = 2;
  const onClose = (): void => {
    open -= 1;
    if (open > 0) return;
    clearTimeout(lifetime);
    finish(cause);
  };
  for (const [from, to] of [
    [client, origin],
    [origin, client],
  ] as const) {
    from.on('error', () => cut('error'));
    from.on('close', () => {
      // A socket that closes without having finished takes the other one along.
      if (!from.readableEnded) to.destroy();
      onClose();
    });
  }
  // The client's socket sees the bytes of both directions, so its silence is the silence of the tunnel.
  client.setTimeout(limits.idle, () => cut('idle'));
  for (const side of [client, origin]) side.once('end', () => client.setTimeout(limits.halfClosedIdle));
  if (head.length > 0) origin.write(head);
  client.pipe(origin);
  if (inlet === undefined) origin.pipe(client);
  else inlet.flow(origin, client);
  return { bytes, ended, cut: () => cut('cut') };
}
