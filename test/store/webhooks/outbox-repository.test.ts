import { beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../../src/core/codes.ts';
import type { ApprovalId } from '../../../src/core/ids.ts';
import type { Result } from '../../../src/core/result.ts';
import { approvalMessageId } from '../../../src/core/webhooks/webhook-event.ts';
import type { ClaimedMessage, WebhookMessage, WebhookOutbox } from '../../../src/core/webhooks/webhook-outbox.ts';
import { createApprovalRepository } from '../../../src/store/approvals/approval-repository.ts';
import { RowCipher } from '../../../src/store/sealing/row-cipher.ts';
import type { Database } from '../../../src/store/database.ts';
import { createOutboxRepository } from '../../../src/store/webhooks/outbox-repository.ts';
import { approved, ASKED_AT, question } from '../../approval/support/approvals.ts';
import { MACHINE_RANDOM } from '../../support/clock.ts';
import { describeOnEveryEngine } from '../engines.ts';

const NOW = ASKED_AT + 1000;
const LASTS = 60_000;
const UNTIL = NOW + LASTS;
const MOST = 5;

function valueOf<T>(result: Result<T, Failure>): T {
  if (!result.ok) throw new Error(result.failure.detail);
  return result.value;
}

function message(n: number, values: Partial<WebhookMessage> = {}): WebhookMessage {
  return { webhook: 'one', id: `msg_${n}`, event: 'alarm', payload: `{"n":"${n}"}`, createdAt: NOW, ...values };
}

describeOnEveryEngine('createOutboxRepository()', (engine) => {
  const cipher = new RowCipher(new Uint8Array(32).fill(5), MACHINE_RANDOM);
  /** Two replicas. */
  let a: WebhookOutbox;
  let b: WebhookOutbox;
  let database: Database;
  beforeEach(async () => {
    const shared = await engine.create();
    database = await shared.open();
    a = createOutboxRepository(database.db, cipher);
    b = createOutboxRepository((await shared.open()).db, cipher);
  });

  const claim = async (outbox: WebhookOutbox, now = NOW): Promise<readonly ClaimedMessage[]> =>
    valueOf(await outbox.claim('one', { now, until: now + LASTS, limit: 100 }));

  it('keeps what waits once, sealed, and tells when there is no room', async () => {
    expect(valueOf(await a.add(message(1), MOST))).toBe('added');
    expect(valueOf(await b.add(message(1), MOST))).toBe('known');
    expect(valueOf(await b.add(message(1, { webhook: 'other' }), MOST))).toBe('added');
    const rows = await database.db.selectFrom('webhook_outbox').select('payload').execute();
    expect(JSON.stringify(rows)).not.toContain('{"n"');
    for (const n of [2, 3, 4, 5]) expect(valueOf(await a.add(message(n), MOST))).toBe('added');
    expect(valueOf(await a.add(message(6), MOST))).toBe('full');
    expect(valueOf(await a.waiting())).toBe(6);
  });

  it('knows what was told under an earlier id, to the same webhook, delivered or not', async () => {
    const again = message(2, { earlierId: 'msg_1' });
    valueOf(await a.add(message(1), MOST));
    expect(valueOf(await b.add(again, MOST))).toBe('known');
    const [claimed] = await claim(a);
    valueOf(await a.finish(claimed!, 'delivered', NOW));
    expect(valueOf(await b.add(again, MOST))).toBe('known');
    expect(valueOf(await b.add({ ...again, webhook: 'other' }, MOST))).toBe('added');
    expect(valueOf(await b.add(message(3, { earlierId: 'msg_2' }), MOST))).toBe('added');
  });

  it('lets exactly one replica claim a message, until its claim ends', async () => {
    const sent = Array.from({ length: 20 }, (_, n) => message(n));
    for (const each of sent) valueOf(await a.add(each, 100));
    const claimed = (await Promise.all([claim(a), claim(b), claim(a), claim(b)])).flat();
    expect(claimed.map(({ id }) => id).sort()).toEqual(sent.map(({ id }) => id).sort());
    expect(claimed.find(({ id }) => id === 'msg_7')).toEqual({ ...message(7), attempt: 1, claimedUntil: UNTIL });
    expect(await claim(b, UNTIL - 1)).toEqual([]);
    // Whoever claimed them is gone.
    const again = await claim(b, UNTIL);
    expect(again.map(({ attempt }) => attempt)).toEqual(sent.map(() => 2));
  });

  it('puts off what nobody else has claimed since', async () => {
    valueOf(await a.add(message(1), MOST));
    const [first] = await claim(a);
    const [second] = await claim(b, UNTIL);
    expect(valueOf(await a.retry(first!, UNTIL + 1))).toBe(false);
    expect(valueOf(await b.retry(second!, UNTIL + 5000))).toBe(true);
    expect(await claim(a, UNTIL + 4999)).toEqual([]);
    expect(await claim(a, UNTIL + 5000)).toMatchObject([{ id: 'msg_1', attempt: 3 }]);
  });

  it('ends a message once, drops its content, and tells it never again until it is forgotten', async () => {
    valueOf(await a.add(message(1), MOST));
    const [first] = await claim(a);
    expect(valueOf(await a.finish(first!, 'delivered', NOW))).toBe(true);
    expect(valueOf(await b.finish(first!, 'given-up', NOW))).toBe(false);
    expect(valueOf(await a.retry(first!, NOW))).toBe(false);
    expect(await claim(b, UNTIL)).toEqual([]);
    expect(valueOf(await b.add(message(1), MOST))).toBe('known');
    expect(await database.db.selectFrom('webhook_outbox').select(['state', 'payload']).execute()).toEqual([
      { state: 'delivered', payload: '' },
    ]);
    valueOf(await a.purge(NOW + 1));
    expect(valueOf(await b.add(message(1), MOST))).toBe('added');
  });

  it('gives up what has waited too long, each once', async () => {
    valueOf(await a.add(message(1, { createdAt: NOW - 10 }), MOST));
    valueOf(await a.add(message(2), MOST));
    await claim(a);
    const given = await Promise.all([a.giveUpOlder(NOW, NOW), b.giveUpOlder(NOW, NOW)]);
    expect(given.flatMap(valueOf)).toEqual([{ webhook: 'one', id: 'msg_1', event: 'alarm', attempts: 1 }]);
    expect(valueOf(await a.waiting())).toBe(1);
  });

  describe('untold()', () => {
    const since = { asked: ASKED_AT - 1, ended: ASKED_AT - 1 };
    const ask = async (name: string): Promise<ApprovalId> => {
      const approvals = createApprovalRepository(database.db, cipher);
      const asked = question({ name, createdAt: ASKED_AT });
      return valueOf(await approvals.ask(asked, ASKED_AT)).approval.id;
    };
    const untold = async (
      event: 'approval.pending' | 'approval.approved' | 'approval.passed',
      from = since,
    ): Promise<readonly ApprovalId[]> => valueOf(await a.untold('one', event, from));

    it('finds approvals without a message, for each webhook and event', async () => {
      const [one, two] = [await ask('a1'), await ask('a2')];
      expect((await untold('approval.pending')).toSorted()).toEqual([one, two]);
      valueOf(await a.add(message(1, { event: 'approval.pending', id: approvalMessageId('approval.pending', one) }), MOST));
      expect(await untold('approval.pending')).toEqual([two]);
      expect(valueOf(await a.untold('other', 'approval.pending', since)).toSorted()).toEqual([one, two]);
      expect(await untold('approval.approved')).toEqual([]);
    });

    it('finds that one was approved also when its pass is taken, and nothing that is long over', async () => {
      const id = await ask('a1');
      const approvals = createApprovalRepository(database.db, cipher);
      const change = { id, revision: 0, event: 'approve', decisions: [approved('petra')], grants: [], at: NOW } as const;
      valueOf(await approvals.decide(change));
      expect(await untold('approval.approved')).toEqual([id]);
      valueOf(await approvals.take(id, question({ name: 'a1' }).fingerprint, NOW));
      expect(await untold('approval.approved')).toEqual([id]);
      expect(await untold('approval.passed')).toEqual([id]);
      expect(await untold('approval.passed', { ...since, ended: NOW })).toEqual([]);
      expect(await untold('approval.passed', { ...since, asked: ASKED_AT })).toEqual([]);
    });
  });
});
