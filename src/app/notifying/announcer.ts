import { hash } from 'node:crypto';
import type { ApprovalStore } from '../../core/approval/approval-store.ts';
import type { ApprovalId } from '../../core/ids.ts';
import type { Clock, GatewayEvent } from '../../core/ports.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import {
  approvalMessageId,
  isApprovalNews,
  type ApprovalNews,
  type WebhookEvent,
  type WebhookFormat,
} from '../../core/webhooks/webhook-event.ts';
import type { WebhookMessage, WebhookOutbox } from '../../core/webhooks/webhook-outbox.ts';
import type { Log } from '../../telemetry/log.ts';
import { alarmPayload, approvalPayload, loosenedPayload } from './payload.ts';
import { slackAlarm, slackApproval, slackLoosened } from './slack-message.ts';
import type { Receiver } from './receiver.ts';
import { BOUNDS } from './retry-schedule.ts';

export interface AnnouncerParts {
  readonly receivers: readonly Receiver[];
  readonly outbox: WebhookOutbox;
  readonly approvals: Pick<ApprovalStore, 'find'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** Where people find the gateway, without a slash at the end. */
  readonly address: string | undefined;
  /** A message was added. */
  readonly onAdded: (receiver: Receiver) => void;
  /** There was no room for one. */
  readonly onFull: (receiver: Receiver, event: WebhookEvent) => void;
}

/** Something to be told, in every format. */
interface News extends Omit<WebhookMessage, 'webhook' | 'payload'> {
  readonly payload: Readonly<Record<WebhookFormat, () => string>>;
}

/** Replicas reload within this time of each other: what they tell alike is told once. */
const TOGETHER: Milliseconds = 600_000;
/** How far back changes are looked for that nobody told of. */
const LOOK_BACK = { asked: 24 * 3_600_000, ended: 3_600_000 } as const;

/** Puts what happens into the outbox, for every webhook that subscribes to it. */
export class Announcer {
  readonly #parts: AnnouncerParts;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
  }

  /** To be called when it has happened, by the process where it did. */
  async announce(event: GatewayEvent): Promise<void> {
    const { clock, newId, address } = this.#parts;
    const now = clock.now();
    if (event.type === 'policy.loosened') {
      const payload = {
        standard: () => loosenedPayload(event, now, address && `${address}/v1/policy`),
        slack: () => slackLoosened(event, address),
      };
      await this.#add({ ...loosenedIds(event.digest, now), event: event.type, payload, createdAt: now });
    } else if (event.type === 'alarm') {
      const payload = { standard: () => alarmPayload(event, now), slack: () => slackAlarm(event) };
      await this.#add({ id: `msg_${newId()}`, event: event.type, payload, createdAt: now });
    } else if (isApprovalNews(event.type) && 'id' in event) {
      await this.#tellOf(event.type, event.id as ApprovalId, this.#subscribers(event.type));
    }
  }

  /** Tells what a process that ended too early did not, and what the store changed by itself. */
  async repair(): Promise<void> {
    const { receivers, outbox, clock } = this.#parts;
    const since = { asked: clock.now() - LOOK_BACK.asked, ended: clock.now() - LOOK_BACK.ended };
    for (const receiver of receivers) {
      for (const event of [...receiver.events].filter(isApprovalNews)) {
        const untold = await outbox.untold(receiver.webhook, event, since);
        if (!untold.ok) return;
        for (const id of untold.value) await this.#tellOf(event, id, [receiver]);
      }
    }
  }

  #subscribers(event: WebhookEvent): readonly Receiver[] {
    return this.#parts.receivers.filter(({ events }) => events.has(event));
  }

  async #tellOf(event: ApprovalNews, id: ApprovalId, receivers: readonly Receiver[]): Promise<void> {
    if (receivers.length === 0) return;
    const { approvals, clock, address, log } = this.#parts;
    const found = await approvals.find(id);
    // Looked for again within a minute.
    if (!found.ok) log.warn({ event, detail: found.failure.detail }, 'An event waits to be told to webhooks');
    if (!found.ok || found.value === undefined) return;
    const approval = found.value;
    const now = clock.now();
    const url = address && `${address}/v1/approvals/${id}`;
    const payload = {
      standard: () => approvalPayload(event, approval, now, url),
      slack: () => slackApproval(event, approval, address),
    };
    await this.#add({ id: approvalMessageId(event, id), event, payload, createdAt: now }, receivers);
  }

  async #add({ payload, ...news }: News, receivers: readonly Receiver[] = this.#subscribers(news.event)): Promise<void> {
    const { outbox, log, onAdded, onFull } = this.#parts;
    const { event } = news;
    for (const receiver of receivers) {
      const added = await outbox.add(
        { webhook: receiver.webhook, ...news, payload: payload[receiver.format]() },
        BOUNDS.waiting,
      );
      if (!added.ok) log.warn({ event, detail: added.failure.detail }, 'An event could not be put into the outbox');
      else if (added.value === 'added') onAdded(receiver);
      else if (added.value === 'full') onFull(receiver, event);
    }
  }
}

/** By digest and time, in whole periods: two replicas may reload just before and just after the turn of one. */
function loosenedIds(digest: string, now: Instant): Pick<WebhookMessage, 'id' | 'earlierId'> {
  const period = Math.floor(now / TOGETHER);
  const idIn = (at: number): string => `msg_${hash('sha256', JSON.stringify([digest, at]), 'hex').slice(0, 32)}`;
  return { id: idIn(period), earlierId: idIn(period - 1) };
}
