import { describe, expect, it } from 'vitest';
import { Announcer, type AnnouncerParts } from '../../../src/app/notifying/announcer.ts';
import type { Receiver } from '../../../src/app/notifying/receiver.ts';
import type { WebhookOutbox } from '../../../src/core/webhooks/webhook-outbox.ts';
import { RowCipher } from '../../../src/store/sealing/row-cipher.ts';
import { createOutboxRepository } from '../../../src/store/webhooks/outbox-repository.ts';
import { openLog } from '../../../src/telemetry/log.ts';
import { databaseIn, temporaryDirectory } from '../../store/fixtures.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';

const TEN_MINUTES = 600_000;
const TURN = Math.ceil(Date.parse('2026-11-22T10:00:00Z') / TEN_MINUTES) * TEN_MINUTES;

/** One of several replicas that share an outbox, at a time of its own. */
function replica(outbox: WebhookOutbox, now: number): Announcer {
  const clock = new ManualClock(new Date(now).toISOString());
  const receiver = { webhook: 'one', format: 'standard', events: new Set(['policy.loosened']) } as unknown as Receiver;
  const parts: AnnouncerParts = {
    receivers: [receiver],
    outbox,
    approvals: { find: () => expect.fail('asked for an approval') },
    clock,
    log: openLog({ level: 'silent', to: 'stderr' }),
    newId: () => expect.fail('made an id of its own'),
    address: undefined,
    onAdded: () => {},
    onFull: () => {},
  };
  return new Announcer(parts);
}

describe('Announcer', () => {
  it.each([
    ['at once', 1, 2, 1],
    ['before and after the turn of ten minutes', -1, 1, 1],
    ['nearly ten minutes later', 1, TEN_MINUTES - 1, 1],
    ['a second time, much later', 1, 2 * TEN_MINUTES, 2],
  ])('tells of a policy that replicas load %s', async (_, first, second, messages) => {
    const { db } = await databaseIn(temporaryDirectory());
    const outbox = createOutboxRepository(db, new RowCipher(new Uint8Array(32), MACHINE_RANDOM));
    const loosened = { type: 'policy.loosened', digest: 'sha256:1', changes: ['rule open added'] } as const;
    await replica(outbox, TURN + first).announce(loosened);
    await replica(outbox, TURN + second).announce(loosened);
    expect(await outbox.waiting()).toEqual({ ok: true, value: messages });
    await replica(outbox, TURN + second).announce({ ...loosened, digest: 'sha256:2' });
    expect(await outbox.waiting()).toEqual({ ok: true, value: messages + 1 });
  });
});
