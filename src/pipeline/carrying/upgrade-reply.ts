import type { Socket } from 'node:net';
import type { RawFields, ReplySink } from '../../core/exchange/reply-sink.ts';

/** A client that asks for an upgrade, and what it sent right behind its request. */
export interface UpgradeConnection {
  readonly socket: Socket;
  readonly head: Uint8Array;
  readonly openReply: () => ReplySink;
}

/**
 * The answer that ends the handshake. The handshake's own fields are hop-by-hop, and here they are the point: they go to the
 * client as the origin sent them.
 */
export function switchingProtocols(fields: RawFields): string {
  const lines = ['HTTP/1.1 101 Switching Protocols'];
  for (let i = 0; i + 1 < fields.length; i += 2) lines.push(`${fields[i]}: ${fields[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A reply opened at first use: an answer takes the socket over, and a successful upgrade must find it untouched. */
export function lazyReply({ openReply, socket }: Pick<UpgradeConnection, 'openReply' | 'socket'>): ReplySink {
  let opened: ReplySink | undefined;
  const get = (): ReplySink => (opened ??= openReply());
  return {
    get started(): boolean {
      return opened?.started ?? false;
    },
    get closed(): boolean {
      return opened?.closed ?? socket.destroyed;
    },
    continue: () => get().continue(),
    inform: (status, fields) => get().inform(status, fields),
    start: (status, reason, fields, isAll) => get().start(status, reason, fields, isAll),
    write: (chunk) => get().write(chunk),
    whenDrained: (listener) => get().whenDrained(listener),
    end: (trailers) => get().end(trailers),
    abort: () => get().abort(),
    whenAborted: (listener) => {
      socket.once('close', listener);
    },
  };
}
