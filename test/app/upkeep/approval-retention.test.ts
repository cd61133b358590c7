import { pino } from 'pino';
import { beforeEach, expect, it } from 'vitest';
import { watchApprovalRetention, type RetentionParts } from '../../../src/app/upkeep/approval-retention.ts';
import type { ApprovalStore } from '../../../src/core/approval/approval-store.ts';
import type { ApprovalId } from '../../../src/core/ids.ts';
import type { Result } from '../../../src/core/result.ts';
import { createApprovalRepository } from '../../../src/store/approvals/approval-repository.ts';
import { createGrantRepository } from '../../../src/store/approvals/grant-repository.ts';
import { RowCipher } from '../../../src/store/sealing/row-cipher.ts';
import { loggerOptions } from '../../../src/telemetry/log.ts';
import { ASKED_AT, grant, question } from '../../approval/support/approvals.ts';
import { journalIn, temporaryDirectory } from '../../recording/fixtures.ts';
import { recordsOf } from '../../support/record-files.ts';
import { describeOnEveryEngine, type TestDatabase } from '../../store/engines.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';

const DAY = 86_400_000;
const RETENTION = 90 * DAY;
const lines: string[] = [];
const log = () => pino(loggerOptions('info'), { write: (line: string) => void lines.push(line) });

beforeEach(() => void lines.splice(0));

/** More than two batches. */
const OLD = 450;

function valueOf<T>(result: Result<T, { readonly detail: string }>): T {
  if (!result.ok) throw new Error(result.failure.detail);
  return result.value;
}

const purged = (directory: string) => recordsOf(directory).filter(({ action }) => action === 'approvals.purged');

/** What one replica keeps, on a connection of its own. */
async function replicaOn(database: TestDatabase) {
  const { db } = await database.open();
  const cipher = new RowCipher(new Uint8Array(32).fill(3), MACHINE_RANDOM);
  return { db, approvals: createApprovalRepository(db, cipher), grants: createGrantRepository(db, cipher) };
}

describeOnEveryEngine('watchApprovalRetention()', (engine) => {
  /** A store with much that is old, and one of everything that is to stay. */
  async function prepared() {
    const database = await engine.create();
    const [a, b] = [await replicaOn(database), await replicaOn(database)];
    const clock = new ManualClock('2026-11-22T10:00:00Z');
    const journal = await journalIn(temporaryDirectory(), { clock });
    const ask = async (name: string, settledAt?: number): Promise<void> => {
      valueOf(await a.approvals.ask(question({ name, expiresAt: ASKED_AT + 365 * DAY }), ASKED_AT));
      if (settledAt !== undefined) valueOf(await a.approvals.settle(name as ApprovalId, 'cancel', settledAt));
    };
    for (let i = 0; i < OLD; i++) await ask(`old${i}`, ASKED_AT);
    await ask('young', ASKED_AT + 1);
    await ask('pending');
    await a.grants.insert(grant({ name: 'ended', endsAt: ASKED_AT }));
    await a.grants.insert(grant({ name: 'young', endsAt: ASKED_AT + 1 }));
    // The retention of what is old is over by a hair, that of what is young is not.
    clock.advance(RETENTION + 1);
    const parts = { retention: RETENTION, clock, journal, log: log() } satisfies Partial<RetentionParts>;
    const left = async () => ({
      approvals: valueOf(await b.approvals.list({ limit: OLD })).items.map(({ id }) => id),
      grants: valueOf(await b.grants.list({ limit: 9, now: clock.now() })).items.map(({ id }) => id),
    });
    return { a, b, clock, parts, journal, left };
  }

  const STAYS = { approvals: ['young', 'pending'], grants: ['young'] };

  it('forgets at its start what is past its retention, and says on the record how much', async () => {
    const { a, parts, journal, left } = await prepared();
    using _ = watchApprovalRetention({ ...a, ...parts });
    await expect
      .poll(() => purged(journal.directory), { timeout: 10_000 })
      .toMatchObject([
        {
          actor: 'cordon',
          details: { settledBefore: '2026-11-22T10:00:00.001Z', approvals: OLD, grants: 1 },
        },
      ]);
    expect(await left()).toEqual(STAYS);
  });

  it('goes on by itself, and puts nothing on the record where there was nothing to forget', async () => {
    const { a, clock, parts, journal, left } = await prepared();
    using _ = watchApprovalRetention({ ...a, ...parts }, 50);
    await expect.poll(() => purged(journal.directory).length, { timeout: 10_000 }).toBe(1);
    clock.advance(1);
    await expect.poll(() => purged(journal.directory).length, { timeout: 10_000 }).toBe(2);
    expect(purged(journal.directory)[1]).toMatchObject({ details: { approvals: 1, grants: 1 } });
    expect(await left()).toEqual({ approvals: ['pending'], grants: [] });
  });

  it('does no harm when two replicas do it at once: each row is counted once', async () => {
    const { a, b, parts, journal, left } = await prepared();
    using _a = watchApprovalRetention({ ...a, ...parts }, 50);
    using _b = watchApprovalRetention({ ...b, ...parts }, 50);
    const sum = (member: 'approvals' | 'grants'): number =>
      purged(journal.directory).reduce((all, { details }) => all + (details as Record<string, number>)[member]!, 0);
    await expect.poll(() => [sum('approvals'), sum('grants')], { timeout: 10_000 }).toEqual([OLD, 1]);
    expect(await left()).toEqual(STAYS);
  });

  it('stops between two batches when it is disposed', async () => {
    const { a, parts, left } = await prepared();
    let batches = 0;
    const approvals = { purge: (...asked: Parameters<ApprovalStore['purge']>) => (batches++, a.approvals.purge(...asked)) };
    const watch = watchApprovalRetention({ ...a, approvals, ...parts });
    watch[Symbol.dispose]();
    await expect.poll(async () => (await left()).approvals.length).toBeLessThan(OLD);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(batches).toBe(1);
    expect((await left()).approvals.length).toBeGreaterThan(STAYS.approvals.length);
  });

  it('asks again later when the store is down', async () => {
    const database = await engine.create();
    const opened = await database.open();
    const cipher = new RowCipher(new Uint8Array(32), MACHINE_RANDOM);
    const stores = { approvals: createApprovalRepository(opened.db, cipher), grants: createGrantRepository(opened.db, cipher) };
    await opened.close();
    const journal = await journalIn(temporaryDirectory());
    const clock = new ManualClock('2026-11-22T10:00:00Z');
    using _ = watchApprovalRetention({ ...stores, retention: RETENTION, clock, journal, log: log() }, 20);
    const complaints = () => lines.filter((line) => line.includes('Old approvals could not be forgotten')).length;
    await expect.poll(complaints).toBeGreaterThan(1);
    expect(purged(journal.directory)).toEqual([]);
  });
});
