import type { Socket } from 'node:net';
import type { Accepted } from '../core/exchange/exchange.ts';
import type { ExchangeId } from '../core/ids.ts';
import { ESTABLISHED } from './carrying/established.ts';
import { mintInterceptPermit } from './judging/authorize.ts';
import type { Refusal } from './judging/refusal.ts';
import { answeredEvent } from './record-events.ts';
import type { Services } from './services.ts';
import { homeOf } from './judging/progress.ts';

/**
 * Refused CONNECTs whose clients are told inside: clients show little of a refused CONNECT, so an identified one gets a
 * tunnel that ends at the gateway, and every request in it the full answer (contract §3).
 *
 * @invariant nothing is ever dialled from such a tunnel, even when the policy comes to permit it while it is open
 */
export class InsideDenials {
  readonly #services: Services;
  /** By the exchange of the CONNECT, as long as its connection is open. */
  readonly #refusals = new Map<ExchangeId, Refusal>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** Why everything inside the tunnel of this exchange is refused; undefined in any other tunnel. */
  refusalOf({ tunnel }: Accepted): Refusal | undefined {
    return tunnel === undefined ? undefined : this.#refusals.get(tunnel.id);
  }

  /** Whether it was told inside; false when it must be told in the CONNECT's own answer. */
  async tell(refusal: Refusal, socket: Socket, head: Uint8Array): Promise<boolean> {
    const { progress, code } = refusal;
    const { tunnel, interceptor, recorder, clock } = this.#services;
    // Whoever has left already is told nothing, and its end would never be heard of.
    if (tunnel.denials !== 'inside' || progress.subject === undefined || socket.destroyed) return false;
    this.#refusals.set(progress.id, refusal);
    socket.once('close', () => this.#refusals.delete(progress.id));
    socket.write(ESTABLISHED);
    const opened = { ...progress, subject: progress.subject };
    const intercepted = await interceptor.intercept(mintInterceptPermit(progress), opened, socket, head);
    if (!intercepted.ok) socket.destroy();
    recorder.outcome(answeredEvent(progress, code, 200, clock.monotonic() - progress.startedAt), homeOf(progress));
    return true;
  }
}
