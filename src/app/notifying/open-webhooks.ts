import type { Settings } from '../../config/settings-schema.ts';
import type { Clock, EventBus, Random, Secrets } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { GivenUp } from '../../core/webhooks/webhook-outbox.ts';
import { RowCipher } from '../../store/sealing/row-cipher.ts';
import { createOutboxRepository } from '../../store/webhooks/outbox-repository.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { DataPlane } from '../data-plane.ts';
import type { PolicyInForce } from '../in-force.ts';
import type { State } from '../state.ts';
import { ownEgress } from '../egress/own-egress.ts';
import { timeOrderedIds } from '../system.ts';
import { Announcer } from './announcer.ts';
import { consoleAddress } from './console-address.ts';
import { DeliveryQueue, type DeliveryParts } from './delivery-queue.ts';
import { createGivenUpRecord, type GivenUpRecord } from './given-up-record.ts';
import { receiverOf, type Receiver } from './receiver.ts';
import { BOUNDS } from './retry-schedule.ts';
import { namedKey } from './signature.ts';

export interface WebhookParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly state: State;
  readonly secrets: Secrets;
  readonly inForce: PolicyInForce;
  readonly events: EventBus;
  readonly metrics: Metrics;
  readonly plane: Pick<DataPlane, 'resolver' | 'parent'>;
}

/** How often what is due is looked for: retries, and what a replica that is gone has left. */
const LOOK_EVERY: Milliseconds = 1000;
/** How often events that nobody put into the outbox are looked for, and what has waited too long. */
const REPAIR_EVERY: Milliseconds = 60_000;

/**
 * Tells the webhooks of the settings what happens, from now on until disposed.
 * @failure a sentence that names the setting: a receiver outside home, or one whose place is unknown
 */
export async function openWebhooks(parts: WebhookParts): Promise<Result<AsyncDisposable, string>> {
  const receivers = receiversOf(parts);
  if (!receivers.ok) return receivers;
  const stack = new AsyncDisposableStack();
  if (receivers.value.length === 0) return ok(stack);
  const { events, state, clock, random, log, settings } = parts;
  const { outbox, ...delivery } = await deliveryParts(parts, receivers.value);
  const queues = new Map(
    receivers.value.map((receiver) => [receiver, stack.use(new DeliveryQueue(receiver, { outbox, ...delivery }))] as const),
  );
  const announcer = new Announcer({
    receivers: receivers.value,
    outbox,
    approvals: state.holds.approvals,
    clock,
    log,
    newId: timeOrderedIds(clock, random),
    address: await consoleAddress(settings.listen.admin),
    onAdded: (receiver) => void queues.get(receiver)?.look(),
    onFull: (receiver, event) => delivery.givenUp.noRoom(receiver, event),
  });
  const repair = async (): Promise<void> => {
    await announcer.repair();
    await tidy(parts, outbox, delivery);
  };
  const look = (): void => queues.forEach((queue) => void queue.look());
  stack.use(repeated(look, LOOK_EVERY));
  stack.use(repeated(() => void repair(), REPAIR_EVERY));
  stack.use(events.subscribe((event) => void announcer.announce(event)));
  look();
  void repair();
  return ok(stack);
}

function receiversOf({ settings, inForce, clock, state }: WebhookParts): Result<readonly Receiver[], string> {
  const receivers: Receiver[] = [];
  const given = { settings, world: inForce.tables.world, now: clock.now(), anchors: state.anchors };
  for (const index of settings.webhooks.keys()) {
    const receiver = receiverOf(index, given);
    if (!receiver.ok) return receiver;
    if (receivers.some(({ webhook }) => webhook === receiver.value.webhook)) {
      return fail(`webhooks[${index}].url: Found the same receiver twice, expected one entry with all its events`);
    }
    receivers.push(receiver.value);
  }
  return ok(receivers);
}

type OpenedParts = DeliveryParts & { readonly givenUp: GivenUpRecord };

async function deliveryParts(parts: WebhookParts, receivers: readonly Receiver[]): Promise<OpenedParts> {
  const { clock, random, log, state, secrets, metrics } = parts;
  const cipher = new RowCipher(await state.keys.key('webhooks'), random);
  const givenUp = createGivenUpRecord({ receivers, journal: state.journal, clock, metrics, log });
  return {
    outbox: createOutboxRepository(state.database.db, cipher),
    egress: ownEgress(parts),
    clock,
    random,
    metrics,
    log,
    keyOf: async ({ secret }) => {
      if (secret === undefined) return ok(undefined);
      return await namedKey(secrets, secret);
    },
    givenUp,
    onGivenUp: (message) => givenUp.record(message),
  };
}

/** Gives up what has waited too long, for a receiver of the settings or one that is there no more, and forgets what is done. */
async function tidy(
  { clock, metrics }: WebhookParts,
  outbox: DeliveryParts['outbox'],
  { onGivenUp }: Pick<DeliveryParts, 'onGivenUp'>,
): Promise<void> {
  const now = clock.now();
  const old = await outbox.giveUpOlder(now - BOUNDS.age, now);
  const given: readonly GivenUp[] = old.ok ? old.value : [];
  for (const message of given) await onGivenUp(message);
  await outbox.purge(now - BOUNDS.remembered);
  const waiting = await outbox.waiting();
  if (waiting.ok) metrics.set('cordon_webhook_messages_waiting', waiting.value);
}

function repeated(work: () => void, every: Milliseconds): Disposable {
  const timer = setInterval(work, every);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
