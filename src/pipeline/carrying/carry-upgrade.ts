import type { Socket } from 'node:net';
import type { Permit } from '../../core/exchange/permit.ts';
import type { RawFields, ReplySink } from '../../core/exchange/reply-sink.ts';
import { upgrade, type Upgraded } from '../../upstream/exchange.ts';
import { relay } from '../../upstream/relay.ts';
import type { Permitted } from '../judging/permitted.ts';
import { Carriage } from './carriage.ts';
import { finish, NO_BYTES, type Ending } from './finish.ts';
import { outgoingFields } from './outgoing.ts';
import type { Services } from '../services.ts';

/** Carries a WebSocket: the handshake is judged like any request, then frames pass both ways. */
export async function carryUpgrade(
  permitted: Permitted & { readonly permit: Permit },
  connection: { readonly socket: Socket; readonly head: Uint8Array; readonly openReply: () => ReplySink },
  services: Services,
): Promise<void> {
  const { clock, live, inForce, pools, pseudonym } = services;
  const carriage = new Carriage(permitted, () => connection.socket.destroy());
  const reply = lazyReply(connection);
  const stale = live.admit(carriage, inForce(), clock.now());
  if (stale !== undefined) {
    finish(permitted, { failure: stale, ...NO_BYTES }, reply, services);
    return;
  }
  const fields = outgoingFields(permitted, pseudonym);
  const request = { method: permitted.method, target: permitted.requestTarget, fields, content: null };
  const running = upgrade(pools.dispatcher(permitted.permit), request, reply, clock);
  carriage.endsWith((failure) => running.cut(failure));
  const upgraded = await running.upgraded;
  const ending = upgraded === undefined ? await running.outcome : await join(upgraded, connection, services, carriage);
  live.delete(carriage);
  finish(permitted, { ...ending, failure: carriage.cutBy ?? ending.failure }, reply, services);
}

async function join(
  upgraded: Upgraded,
  { socket, head }: { readonly socket: Socket; readonly head: Uint8Array },
  services: Services,
  carriage: Carriage,
): Promise<Ending> {
  socket.write(switchingProtocols(upgraded.fields), 'latin1');
  const running = relay(socket, upgraded.socket as Socket, head, services.tunnel);
  carriage.endsWith(() => running.cut());
  const end = await running.ended;
  const { sent, received } = running.bytes;
  return { status: 101, detail: end, sent, received, dialled: upgraded.dialled };
}

// The handshake's own fields are hop-by-hop, and here they are the point: they go to the client as the origin sent them.
function switchingProtocols(fields: RawFields): string {
  const lines = ['HTTP/1.1 101 Switching Protocols'];
  for (let i = 0; i + 1 < fields.length; i += 2) lines.push(`${fields[i]}: ${fields[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

// An answer takes the socket over; a successful upgrade must find it untouched. So the reply is opened at first use.
function lazyReply({ openReply, socket }: { readonly openReply: () => ReplySink; readonly socket: Socket }): ReplySink {
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
    start: (status, reason, fields) => get().start(status, reason, fields),
    write: (chunk) => get().write(chunk),
    whenDrained: (listener) => get().whenDrained(listener),
    end: (trailers) => get().end(trailers),
    abort: () => get().abort(),
    whenAborted: (listener) => {
      socket.once('close', listener);
    },
  };
}
