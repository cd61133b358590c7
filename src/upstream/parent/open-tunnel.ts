import type { Socket } from 'node:net';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { type Asked, askParent, type Refused, type Route } from './ask-parent.ts';
import type { Parent } from './parent.ts';

/** How long one address may take before the next one is asked for beside it (RFC 8305 §5). */
const ATTEMPT_DELAY: Milliseconds = 250;

/** Where a tunnel is to lead. */
export interface TunnelTarget {
  /** IP literals that were judged, in the order to try; never none. */
  readonly addresses: readonly string[];
  readonly port: number;
}

/** A tunnel that stands. */
export interface Tunnel {
  /** What arrived already is there to be read. */
  readonly socket: Socket;
  /** Of the target: what the parent was asked for. */
  readonly address: string;
}

/**
 * A tunnel through the parent to one of the addresses that were judged: it is asked for addresses, never for a name, so that it
 * cannot lead anywhere else without lying.
 *
 * @failure connect_failed | connect_timeout | origin_protocol; credential_unavailable; self_address where the target is the parent;
 * what judging the parent gives. The detail names the parent, and neither the credential nor anything that the parent said.
 */
export async function openTunnel(
  parent: Parent,
  target: TunnelTarget,
  timeout: Milliseconds,
): Promise<Result<Tunnel, Failure>> {
  const judged = await parent.judge();
  if (!judged.ok) return judged;
  // Whoever spoke to it could ask it for anything.
  if (target.port === parent.port && target.addresses.some((address) => judged.value.includes(address))) {
    return fail({ code: 'self_address', detail: `The destination is upstream-proxy ${parent.label} itself` });
  }
  const authorization = await parent.authorization?.();
  if (authorization?.ok === false) return authorization;
  return new Race({ parent, addresses: judged.value, authorization: authorization?.value }, target, timeout).result;
}

/** Asks for one address after the other, each a while after the one before or when that has failed; the first tunnel counts. */
class Race {
  readonly result: Promise<Result<Tunnel, Failure>>;
  readonly #route: Route;
  readonly #target: TunnelTarget;
  readonly #timer: NodeJS.Timeout;
  readonly #running = new Set<Asked>();
  #settle!: (result: Result<Tunnel, Failure>) => void;
  #isOver = false;
  #next = 0;
  #delay: NodeJS.Timeout | undefined;
  #first: Failure | undefined;

  constructor(route: Route, target: TunnelTarget, timeout: Milliseconds) {
    this.#route = route;
    this.#target = target;
    this.result = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#timer = setTimeout(() => {
      const detail = `upstream-proxy ${route.parent.label}: No tunnel within ${timeout} ms to ${target.addresses.join(', ')}`;
      this.#end(fail({ code: 'connect_timeout', detail }));
    }, timeout);
    this.#begin();
  }

  #begin(): void {
    clearTimeout(this.#delay);
    const address = this.#target.addresses[this.#next++]!;
    const asked = askParent(this.#route, `${address.includes(':') ? `[${address}]` : address}:${this.#target.port}`);
    this.#running.add(asked);
    void asked.answer.then((answer) => this.#onAnswer(asked, address, answer));
    if (this.#hasMore) this.#delay = setTimeout(() => this.#begin(), ATTEMPT_DELAY);
  }

  get #hasMore(): boolean {
    return this.#next < this.#target.addresses.length;
  }

  #onAnswer(asked: Asked, address: string, answer: Result<Socket, Refused>): void {
    this.#running.delete(asked);
    if (this.#isOver) {
      if (answer.ok) answer.value.destroy();
    } else if (answer.ok) this.#end(ok({ socket: answer.value, address }));
    else {
      const { failure, isFinal } = answer.failure;
      this.#first ??= failure;
      if (isFinal) this.#end(fail(failure));
      else if (this.#hasMore) this.#begin();
      else if (this.#running.size === 0) this.#end(fail(this.#first));
    }
  }

  #end(result: Result<Tunnel, Failure>): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#delay);
    this.#settle(result);
    for (const asked of this.#running) asked.cancel();
  }
}
