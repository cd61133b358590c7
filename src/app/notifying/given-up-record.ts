import type { AdminEvent } from '../../core/exchange/record.ts';
import type { Clock, Journal } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { WebhookEvent } from '../../core/webhooks/webhook-event.ts';
import type { GivenUp } from '../../core/webhooks/webhook-outbox.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Receiver } from './receiver.ts';

/** Puts on the record what no receiver will ever get. */
export interface GivenUpRecord {
  record(message: GivenUp): Promise<void>;
  /** There was no room for an event: counted each time, recorded once a minute for each webhook. */
  noRoom(receiver: Receiver, event: WebhookEvent): void;
}

interface Parts {
  readonly receivers: readonly Receiver[];
  readonly journal: Journal;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

const FOLDED: Milliseconds = 60_000;

export function createGivenUpRecord({ receivers, journal, clock, metrics, log }: Parts): GivenUpRecord {
  const labels = new Map(receivers.map(({ webhook, label }) => [webhook, label]));
  const noted = new Map<string, { at: number; since: number }>();
  const append = async (webhook: string, event: WebhookEvent, more: Partial<AdminEvent>): Promise<void> => {
    metrics.count('cordon_webhook_deliveries_total', { event, result: 'given-up' });
    // One that left the settings is known by its digest alone.
    const subject = `webhook:${labels.get(webhook) ?? webhook}`;
    log.error({ webhook: subject, event, ...more.details }, 'An event was given up: its receiver will not get it');
    await journal.append({ kind: 'admin', actor: 'cordon', action: 'webhook.given-up', subject, ...more });
  };
  return {
    record: ({ webhook, id, event, attempts }) => append(webhook, event, { details: { event, id, attempts } }),
    noRoom: ({ webhook }, event) => {
      const now = clock.now();
      const known = noted.get(webhook);
      if (known !== undefined && now - known.at < FOLDED) {
        known.since += 1;
        metrics.count('cordon_webhook_deliveries_total', { event, result: 'given-up' });
        return;
      }
      noted.set(webhook, { at: now, since: 0 });
      void append(webhook, event, {
        details: { event, reason: 'too many wait' },
        ...(known !== undefined && known.since > 0 && { count: known.since + 1, since: new Date(known.at).toISOString() }),
      });
    },
  };
}
