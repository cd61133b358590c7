import type { Kysely } from 'kysely';
import type { ApprovalQuestion } from '../../core/approval/approval.ts';
import type { ApprovalStore, AskedApproval, DecidedChange } from '../../core/approval/approval-store.ts';
import { isFinal, TRANSITIONS, type ApprovalEvent } from '../../core/approval/transitions.ts';
import type { ApprovalId, Fingerprint } from '../../core/ids.ts';
import type { Instant } from '../../core/units.ts';
import { attemptStore } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';
import { fromRow, sealDecisions, toRow, type ApprovalRow } from './approval-row.ts';
import { toGrantRow } from './grant-row.ts';
import { isBehind, pageOf } from './page.ts';
import type { RowCipher } from './row-cipher.ts';

/** Approvals in the database; the same statements on SQLite and PostgreSQL. */
export function createApprovalRepository(db: Kysely<Schema>, cipher: RowCipher): ApprovalStore {
  return {
    ask: (question, now) => attemptStore('ask for an approval', () => ask(db, cipher, question, now)),

    find: (id) =>
      attemptStore('find an approval', async () => {
        const row = await db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
        return row === undefined ? undefined : fromRow(row, cipher);
      }),

    list: ({ state, limit, after }) =>
      attemptStore('list approvals', async () => {
        const rows = await db
          .selectFrom('approvals')
          .selectAll()
          .$if(state !== undefined, (query) => query.where('state', '=', state!))
          .$if(after !== undefined, (query) => query.where(isBehind(after!)))
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute();
        return pageOf(rows, limit, (row) => fromRow(row, cipher));
      }),

    decide: (change) => attemptStore('store a decision', () => decide(db, cipher, change)),
    take: (id, fingerprint, now) => attemptStore('take a pass', () => take(db, id, fingerprint, now)),

    settle: (id, event, now) =>
      attemptStore('settle an approval', async () => {
        const settled = await change(db, event, now).where('id', '=', id).executeTakeFirst();
        return settled.numUpdatedRows > 0n;
      }),

    expireDue: (now, only) =>
      attemptStore('end approvals whose time is over', async () => {
        const due = change(db, 'expire', now).where('expires_at', '<=', now);
        const ended = await (only === undefined ? due : due.where('id', '=', only)).returning('id').execute();
        return ended.map(({ id }) => id as ApprovalId);
      }),

    purge: (settledBefore) =>
      attemptStore('forget approvals', async () => {
        const removed = await db.deleteFrom('approvals').where('settled_at', '<', settledBefore).executeTakeFirst();
        return Number(removed.numDeletedRows);
      }),
  };
}

/** The one way in which a state changes: only from where the table of transitions lets the event happen, by one statement. */
function change(db: Kysely<Schema>, event: ApprovalEvent, at: Instant) {
  const { from, to } = TRANSITIONS[event];
  return db
    .updateTable('approvals')
    .set((row) => ({ state: to, revision: row('revision', '+', 1), ...(isFinal(to) && { settled_at: at }) }))
    .where('state', 'in', from);
}

/** One answer can be settled between two statements; as many in a row are no race any more. */
const MAX_ROUNDS = 10;

async function ask(db: Kysely<Schema>, cipher: RowCipher, question: ApprovalQuestion, now: Instant): Promise<AskedApproval> {
  const row = toRow(question, cipher);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const known = await latest(db, question.fingerprint);
    if (known !== undefined && known.expires_at > now) return { approval: fromRow(known, cipher), isAttached: true };
    // Over, but not ended yet: it would keep its place in the index.
    if (known !== undefined) await change(db, 'expire', now).where('id', '=', known.id).execute();
    // The index on live fingerprints refuses what another replica has just inserted, and waits for it if it has to.
    const inserted = await db
      .insertInto('approvals')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 1n) return { approval: fromRow(row, cipher), isAttached: false };
  }
  throw new Error(`Found neither room for approval ${question.id} nor one to attach to`);
}

/** The one approval of a request that others can attach to, or could before its time was over. */
function latest(db: Kysely<Schema>, fingerprint: Fingerprint): Promise<ApprovalRow | undefined> {
  return db
    .selectFrom('approvals')
    .selectAll()
    .where('fingerprint', '=', fingerprint)
    .where('state', 'in', ['pending', 'approved', 'denied'])
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

async function decide(
  db: Kysely<Schema>,
  cipher: RowCipher,
  { id, revision, event, decisions, grants, at }: DecidedChange,
): Promise<'decided' | 'conflict'> {
  const sealed = sealDecisions(id, decisions, cipher);
  return db.transaction().execute(async (transaction) => {
    const decided = await change(transaction, event, at)
      .set({ decisions: sealed })
      .where('id', '=', id)
      .where('revision', '=', revision)
      .where('expires_at', '>', at)
      .executeTakeFirst();
    if (decided.numUpdatedRows === 0n) return 'conflict';
    if (grants.length > 0) {
      await transaction
        .insertInto('grants')
        .values(grants.map((grant) => toGrantRow(grant, cipher)))
        .execute();
    }
    return 'decided';
  });
}

async function take(db: Kysely<Schema>, id: ApprovalId, fingerprint: Fingerprint, now: Instant): Promise<boolean> {
  const taken = await change(db, 'pass', now)
    .where('id', '=', id)
    .where('fingerprint', '=', fingerprint)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (taken.numUpdatedRows > 0n) return true;
  // Who came too late makes sure that it stays too late, even if the clock is set back.
  await change(db, 'expire', now).where('id', '=', id).where('expires_at', '<=', now).execute();
  return false;
}
