import { sql, type Kysely } from 'kysely';
import type { ApprovalStore, DecidedChange } from '../../core/approval/approval-store.ts';
import type { ApprovalId, Fingerprint } from '../../core/ids.ts';
import { fail, ok } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { attemptStore } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';
import { fromRow, sealDecisions } from './approval-row.ts';
import { askApproval } from './ask-approval.ts';
import { changeState } from './change-state.ts';
import { toGrantRow } from './grant-row.ts';
import { newestFirst, pageOf } from '../page.ts';
import { removeRows } from './remove-rows.ts';
import type { RowCipher } from '../sealing/row-cipher.ts';

/** Most approvals of one subject at once that are pending or approved: an agent must not bury those of others. */
const LIVE_PER_SUBJECT = 2000;
/** In one statement. */
const MOST_PARAMETERS = 500;

/** Approvals in the database; the same statements on SQLite and PostgreSQL. */
export function createApprovalRepository(
  db: Kysely<Schema>,
  cipher: RowCipher,
  livePerSubject: number = LIVE_PER_SUBJECT,
): ApprovalStore {
  return {
    ask: async (question, now) => {
      const asked = await attemptStore('ask for an approval', () => askApproval(db, cipher, question, { now, livePerSubject }));
      if (!asked.ok) return asked;
      if (asked.value !== 'full') return ok(asked.value);
      const detail = `Agent ${question.requester.subject} waits for ${livePerSubject} approvals already`;
      return fail({ code: 'overloaded', detail });
    },

    find: (id) =>
      attemptStore('find an approval', async () => {
        const row = await db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
        return row === undefined ? undefined : fromRow(row, cipher);
      }),

    changedSince: (seen) => attemptStore('look for changed approvals', () => changedSince(db, seen)),

    list: (query) =>
      attemptStore('list approvals', async () => {
        const { state } = query;
        const all = db.selectFrom('approvals').selectAll();
        const rows = await newestFirst(state === undefined ? all : all.where('state', '=', state), query).execute();
        return pageOf(rows, query, (row) => fromRow(row, cipher));
      }),

    decide: (change) => attemptStore('store a decision', () => decide(db, cipher, change)),
    take: (id, fingerprint, now) => attemptStore('take a pass', () => take(db, id, fingerprint, now)),

    settle: (id, event, now) =>
      attemptStore('settle an approval', async () => {
        const settled = await changeState(db, event, now).where('id', '=', id).executeTakeFirst();
        return settled.numUpdatedRows > 0n;
      }),

    expireDue: (now, only) =>
      attemptStore('end approvals whose time is over', async () => {
        const due = changeState(db, 'expire', now).where('expires_at', '<=', now);
        const ended = await (only === undefined ? due : due.where('id', '=', only)).returning('id').execute();
        return ended.map(({ id }) => id as ApprovalId);
      }),

    cancelOf: (subject, now) =>
      attemptStore('withdraw approvals of an agent', async () => {
        const ended = await changeState(db, 'cancel', now).where('subject', '=', subject).returning('id').execute();
        return ended.map(({ id }) => id as ApprovalId);
      }),

    purge: (settledBefore, now, most) =>
      attemptStore('forget approvals', async () => {
        const old = await db
          .selectFrom('approvals')
          .select('id')
          .where('settled_at', '<', settledBefore)
          .where((row) => row.or([row('state', '<>', 'denied'), row('expires_at', '<=', now)]))
          .orderBy('settled_at')
          .limit(most)
          .execute();
        return removeRows(db, 'approvals', old);
      }),
  };
}

async function decide(
  db: Kysely<Schema>,
  cipher: RowCipher,
  { id, revision, event, decisions, grants, at }: DecidedChange,
): Promise<'decided' | 'conflict'> {
  const sealed = sealDecisions(id, decisions, cipher);
  return db.transaction().execute(async (transaction) => {
    const decided = await changeState(transaction, event, at)
      .set({ decisions: sealed, ...(grants.length > 0 && { expires_at: notBeyond(grants) }) })
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

/** With its grants ends the pass too: whoever gives five minutes has not agreed to a request of half an hour later. */
function notBeyond(grants: DecidedChange['grants']) {
  const end = Math.min(...grants.map(({ endsAt }) => endsAt));
  return sql<number>`CASE WHEN expires_at > CAST(${end} AS bigint) THEN CAST(${end} AS bigint) ELSE expires_at END`;
}

async function take(db: Kysely<Schema>, id: ApprovalId, fingerprint: Fingerprint, now: Instant): Promise<boolean> {
  const taken = await changeState(db, 'pass', now)
    .where('id', '=', id)
    .where('fingerprint', '=', fingerprint)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (taken.numUpdatedRows > 0n) return true;
  // Who came too late makes sure that it stays too late, even if the clock is set back.
  await changeState(db, 'expire', now).where('id', '=', id).where('expires_at', '<=', now).execute();
  return false;
}

async function changedSince(db: Kysely<Schema>, seen: ReadonlyMap<ApprovalId, number>): Promise<ApprovalId[]> {
  const changed: ApprovalId[] = [];
  for (const [revision, ids] of idsByRevision(seen)) {
    for (let at = 0; at < ids.length; at += MOST_PARAMETERS) {
      const some = ids.slice(at, at + MOST_PARAMETERS);
      const same = db.selectFrom('approvals').where('id', 'in', some).where('revision', '=', revision);
      // Most looks find nothing: of a thousand that wait this is asked every second, and is answered with a number each time.
      const { count } = await same.select(({ fn }) => fn.countAll().as('count')).executeTakeFirstOrThrow();
      if (Number(count) === some.length) continue;
      const rows = await same.select('id').execute();
      const unchanged: ReadonlySet<string> = new Set(rows.map(({ id }) => id));
      changed.push(...some.filter((id) => !unchanged.has(id)));
    }
  }
  return changed;
}

function idsByRevision(seen: ReadonlyMap<ApprovalId, number>): ReadonlyMap<number, ApprovalId[]> {
  const ids = new Map<number, ApprovalId[]>();
  for (const [id, revision] of seen) {
    const some = ids.get(revision);
    if (some === undefined) ids.set(revision, [id]);
    else some.push(id);
  }
  return ids;
}
