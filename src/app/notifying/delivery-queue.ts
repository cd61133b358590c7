import type { Clock, Random } from '../../core/ports.ts';
import type { Result } from '../../core/result.ts';
import type { ClaimedMessage, GivenUp, WebhookOutbox } from '../../core/webhooks/webhook-outbox.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { OwnEgress } from '../egress/own-request.ts';
import { deliver, type Delivery } from './deliver.ts';
import type { Receiver } from './receiver.ts';
import { BOUNDS, waitAfter } from './retry-schedule.ts';

export interface DeliveryParts {
  readonly outbox: WebhookOutbox;
  readonly egress: OwnEgress;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Log;
  /** The key as it is now, undefined where nothing is signed; a failure says why there is none. */
  readonly keyOf: (receiver: Receiver) => Promise<Result<Uint8Array | undefined, string>>;
  /** On the record, with what was given up. */
  readonly onGivenUp: (message: GivenUp) => Promise<void>;
}

/** Delivers to one receiver what waits for it: one that is slow or gone keeps nobody else waiting. */
export class DeliveryQueue implements AsyncDisposable {
  readonly #receiver: Receiver;
  readonly #parts: DeliveryParts;
  readonly #running = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  #isLooking = false;
  #lookAgain = false;
  #trouble: string | undefined;

  constructor(receiver: Receiver, parts: DeliveryParts) {
    this.#receiver = receiver;
    this.#parts = parts;
  }

  /** Starts what is due, as far as there is room. */
  async look(): Promise<void> {
    this.#lookAgain = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      while (this.#lookAgain) {
        this.#lookAgain = false;
        await this.#startDue();
      }
    } finally {
      this.#isLooking = false;
    }
  }

  /** Cuts what runs off: it is due again soon. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    while (this.#isLooking || this.#running.size > 0) {
      await Promise.all(this.#running);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #startDue(): Promise<void> {
    const { outbox, clock, keyOf } = this.#parts;
    const limit = BOUNDS.concurrent - this.#running.size;
    if (limit <= 0 || this.#stopped.signal.aborted) return;
    const key = await keyOf(this.#receiver);
    this.#say(key.ok ? undefined : key.failure);
    if (!key.ok) return;
    const now = clock.now();
    const due = await outbox.claim(this.#receiver.webhook, { now, until: now + BOUNDS.claim, limit });
    if (!due.ok) return;
    for (const message of due.value) {
      const running = this.#attempt(message, key.value).finally(() => {
        this.#running.delete(running);
        void this.look();
      });
      this.#running.add(running);
    }
  }

  async #attempt(message: ClaimedMessage, key: Uint8Array | undefined): Promise<void> {
    const { egress, clock, outbox, metrics } = this.#parts;
    const delivery = await deliver(message, this.#receiver, key, { egress, clock, until: this.#stopped.signal });
    const { event, attempt } = message;
    metrics.count('cordon_webhook_deliveries_total', { event, result: delivery.isDelivered ? 'delivered' : 'failed' });
    if (delivery.isDelivered) {
      // Should that fail, it is delivered once more: receivers know it by its id.
      await outbox.finish(message, 'delivered', clock.now());
    } else if (attempt >= BOUNDS.attempts) {
      const ended = await outbox.finish(message, 'given-up', clock.now());
      if (ended.ok && ended.value) await this.#parts.onGivenUp({ ...message, attempts: attempt });
    } else {
      await this.#putOff(message, delivery);
    }
  }

  async #putOff(message: ClaimedMessage, { because }: Extract<Delivery, { isDelivered: false }>): Promise<void> {
    const { outbox, clock, random, log } = this.#parts;
    const { id, event, attempt } = message;
    const wait = waitAfter(attempt, random);
    await outbox.retry(message, clock.now() + wait);
    log.warn(
      { webhook: this.#receiver.label, id, event, attempt, because, wait },
      'An event was not delivered; it is tried again',
    );
  }

  /** Each trouble once, and its end. */
  #say(trouble: string | undefined): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const { log } = this.#parts;
    const about = { webhook: this.#receiver.label, secret: this.#receiver.secret };
    if (trouble === undefined) log.info(about, 'The secret of a webhook is there: what waits is delivered');
    else log.warn({ ...about, detail: trouble }, 'A webhook has no secret that can be used: its deliveries wait');
  }
}
