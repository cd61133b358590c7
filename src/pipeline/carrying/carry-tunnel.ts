import type { Socket } from 'node:net';
import type { Failure } from '../../core/codes.ts';
import type { Host } from '../../core/address.ts';
import { hostText } from '../../core/address.ts';
import type { InterceptPermit, Permit } from '../../core/exchange/permit.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { dial } from '../../upstream/dial.ts';
import { Inlet } from '../../upstream/inlet.ts';
import { relay } from '../../upstream/relay.ts';
import type { ClientHello } from '../../wire/client-hello.ts';
import type { Permitted } from '../judging/permitted.ts';
import { Carriage } from './carriage.ts';
import { ESTABLISHED } from './established.ts';
import { finish, NO_BYTES, type Ending } from './finish.ts';
import { peekHello } from './peek-hello.ts';
import type { Services } from '../services.ts';

/** Carries an opaque tunnel: its ClientHello must name what was judged, then bytes pass unread. */
export async function carryOpaque(
  permitted: Permitted & { readonly permit: Permit },
  socket: Socket,
  head: Uint8Array,
  services: Services,
): Promise<void> {
  socket.write(ESTABLISHED);
  const end = await runOpaque(permitted, socket, head, services);
  if (end.failure !== undefined) socket.destroy();
  finish(permitted, { status: 200, ...end }, undefined, services);
}

async function runOpaque(
  permitted: Permitted & { readonly permit: Permit },
  socket: Socket,
  head: Uint8Array,
  services: Services,
): Promise<Ending> {
  const { tunnel, live, clock, inForce } = services;
  const first = await firstBytes(permitted, socket, head, services);
  if (!first.ok) return { failure: first.failure, ...NO_BYTES };
  const carriage = new Carriage(permitted);
  const stale = live.admit(carriage, inForce(), clock.now());
  if (stale !== undefined) return { failure: stale, ...NO_BYTES };
  const { parent } = tunnel;
  // A parent answers on the same socket first.
  const inlet = parent === undefined ? new Inlet() : undefined;
  const dialled = await dial(permitted.permit, tunnel.connectTimeout, { parent, onread: inlet?.onread });
  if (!dialled.ok) {
    live.delete(carriage);
    return { failure: carriage.cutBy ?? dialled.failure, ...NO_BYTES };
  }
  // Cut while it dialled: no relay was there to be ended, and none may begin.
  if (carriage.cutBy !== undefined) {
    dialled.value.socket.destroy();
    return { failure: carriage.cutBy, ...NO_BYTES };
  }
  // A client that left while it was dialled tells nobody any more: a relay would wait for its end for ever.
  if (socket.destroyed) {
    live.delete(carriage);
    dialled.value.socket.destroy();
    return { detail: 'The client left while the destination was dialled', ...NO_BYTES };
  }
  const running = relay(socket, dialled.value.socket, first.value, tunnel, inlet);
  carriage.endsWith(
    () => running.cut(),
    () => running.bytes,
  );
  const ended = await running.ended;
  live.delete(carriage);
  const { sent, received } = running.bytes;
  const { cutBy } = carriage;
  return {
    sent,
    received,
    detail: ended,
    ...(cutBy !== undefined && { failure: cutBy }),
    dialled: dialled.value.address,
  };
}

// What goes to the origin first: the ClientHello once it was judged, or what came with the CONNECT where a rule lets any
// protocol pass.
async function firstBytes(
  permitted: Permitted,
  socket: Socket,
  head: Uint8Array,
  services: Services,
): Promise<Result<Uint8Array, Failure>> {
  const rule = permitted.tunnelRule ?? { protocol: 'tls', sni: 'required' };
  if (rule.protocol === 'any') return ok(head);
  const peeked = await peekHello(socket, head, services.tunnel.helloTimeout);
  if (!peeked.ok) return peeked;
  const mismatch = nameMismatch(peeked.value.hello, permitted.authority.host, rule.sni);
  return mismatch === undefined ? ok(peeked.value.bytes) : fail({ code: 'name_mismatch', detail: mismatch });
}

function nameMismatch(hello: ClientHello, host: Host, sni: 'required' | 'optional'): string | undefined {
  const expected = hostText(host);
  if (hello.serverName === undefined) return sni === 'optional' ? undefined : `Found no TLS server name, expected ${expected}`;
  return hello.serverName === expected ? undefined : `Found TLS server name ${hello.serverName}, expected ${expected}`;
}

/** Terminates TLS for a tunnel whose requests are judged one by one. Nothing is dialled here. */
export async function carryIntercepted(
  permitted: Permitted & { readonly intercept: InterceptPermit },
  socket: Socket,
  head: Uint8Array,
  services: Services,
): Promise<void> {
  const { live, clock, inForce, interceptor } = services;
  const carriage = new Carriage(permitted, () => socket.destroy());
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  const stale = live.admit(carriage, inForce(), clock.now());
  if (stale !== undefined) {
    socket.destroy();
    finish(permitted, { failure: stale, ...NO_BYTES }, undefined, services);
    return;
  }
  socket.write(ESTABLISHED);
  const intercepted = await interceptor.intercept(permitted.intercept, permitted, socket, head);
  if (intercepted.ok) await closed;
  else socket.destroy();
  live.delete(carriage);
  const failure = carriage.cutBy ?? (intercepted.ok ? undefined : intercepted.failure);
  finish(permitted, { status: 200, ...NO_BYTES, ...(failure !== undefined && { failure }) }, undefined, services);
}
