import type { Socket } from 'node:net';
import type { Permit } from '../../core/exchange/permit.ts';
import { upgrade, type Upgraded } from '../../upstream/exchange.ts';
import { relay } from '../../upstream/relay.ts';
import { recordsContent } from '../judging/discharge.ts';
import { masksOf } from '../judging/masks-of.ts';
import type { Permitted } from '../judging/permitted.ts';
import { Carriage } from './carriage.ts';
import { carryMaskedUpgrade } from './carry-masked-upgrade.ts';
import { finish, NO_BYTES, type Ending } from './finish.ts';
import { injects } from '../credentials/injecting.ts';
import { outgoingFields } from './outgoing.ts';
import { lazyReply, switchingProtocols, type UpgradeConnection } from './upgrade-reply.ts';
import type { Services } from '../services.ts';

/** Carries a WebSocket: the handshake is judged like any request, then frames pass both ways, unread unless a rule masks or records them. */
export async function carryUpgrade(
  permitted: Permitted & { readonly permit: Permit },
  connection: UpgradeConnection,
  services: Services,
): Promise<void> {
  const masks = masksOf(permitted.decision.obligations);
  if (masks.request !== undefined || masks.response !== undefined || recordsContent(permitted.decision) || injects(permitted)) {
    await carryMaskedUpgrade(permitted, connection, masks, services);
    return;
  }
  const { clock, live, inForce, pools } = services;
  const carriage = new Carriage(permitted, () => connection.socket.destroy());
  const reply = lazyReply(connection);
  const stale = live.admit(carriage, inForce(), clock.now());
  if (stale !== undefined) {
    finish(permitted, { failure: stale, ...NO_BYTES }, reply, services);
    return;
  }
  const fields = outgoingFields(permitted, services);
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
  { socket, head }: UpgradeConnection,
  services: Services,
  carriage: Carriage,
): Promise<Ending> {
  socket.write(switchingProtocols(upgraded.fields), 'latin1');
  const running = relay(socket, upgraded.socket as Socket, head, services.tunnel);
  carriage.endsWith(
    () => running.cut(),
    () => running.bytes,
  );
  const end = await running.ended;
  const { sent, received } = running.bytes;
  return { status: 101, detail: end, sent, received, dialled: upgraded.dialled };
}
