import { sql, type Kysely } from 'kysely';
import type { Approval, ApprovalQuestion } from '../../core/approval/approval.ts';
import type { AskedApproval } from '../../core/approval/approval-store.ts';
import { TRANSITIONS } from '../../core/approval/transitions.ts';
import type { Fingerprint } from '../../core/ids.ts';
import type { Instant } from '../../core/units.ts';
import type { Schema } from '../schema.ts';
import { fromRow, toRow, type ApprovalRow } from './approval-row.ts';
import { changeState } from './change-state.ts';
import type { RowCipher } from '../sealing/row-cipher.ts';

/** One answer can be settled between two statements; as many in a row are no race any more. */
const MAX_ROUNDS = 10;

/** Attaches to the approval of the same request, or inserts a new one where the subject may have another. */
export async function askApproval(
  db: Kysely<Schema>,
  cipher: RowCipher,
  question: ApprovalQuestion,
  { now, livePerSubject }: { readonly now: Instant; readonly livePerSubject: number },
): Promise<AskedApproval | 'full'> {
  const row = toRow(question, cipher);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const known = await latest(db, question.fingerprint);
    if (known !== undefined && known.expires_at > now) return { approval: fromRow(known, cipher), isAttached: true };
    // Over, but not ended yet: it would keep its place in the index.
    if (known !== undefined) await changeState(db, 'expire', now).where('id', '=', known.id).execute();
    if ((await countLive(db, question.requester.subject)) >= livePerSubject) return 'full';
    if (await insertWithin(db, row, livePerSubject)) return { approval: newApproval(question), isAttached: false };
  }
  throw new Error(`Found neither room for approval ${question.id} nor one to attach to`);
}

/** What was just inserted, without opening what was just sealed. */
function newApproval(question: ApprovalQuestion): Approval {
  return { ...question, state: 'pending', decisions: [], revision: 0 };
}

/**
 * Inserts a row where its subject has room for it: counted in the statement itself, since a thousand requests that are counted
 * first would all find room. On SQLite the bound is exact; on PostgreSQL statements that run at the same instant do not see each
 * other. The index on live fingerprints refuses what another replica has just inserted, and waits for it if it has to.
 */
async function insertWithin(db: Kysely<Schema>, row: ApprovalRow, livePerSubject: number): Promise<boolean> {
  const { id, fingerprint, subject, state, created_at, expires_at, settled_at, revision, question, decisions } = row;
  // PostgreSQL takes a parameter in a SELECT for text.
  const inserted = await db
    .insertInto('approvals')
    .columns(COLUMNS)
    .expression(
      sql<ApprovalRow>`SELECT CAST(${id} AS text), CAST(${fingerprint} AS text), CAST(${subject} AS text), CAST(${state} AS text),
        CAST(${created_at} AS bigint), CAST(${expires_at} AS bigint), CAST(${settled_at} AS bigint), CAST(${revision} AS integer),
        CAST(${question} AS text), CAST(${decisions} AS text)
        WHERE ${liveOf(db, subject)} < ${livePerSubject}`,
    )
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

const COLUMNS = [
  'id',
  'fingerprint',
  'subject',
  'state',
  'created_at',
  'expires_at',
  'settled_at',
  'revision',
  'question',
  'decisions',
] as const satisfies readonly (keyof ApprovalRow)[];

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

async function countLive(db: Kysely<Schema>, subject: string): Promise<number> {
  const counted = await liveOf(db, subject).executeTakeFirstOrThrow();
  return Number(counted.count);
}

function liveOf(db: Kysely<Schema>, subject: string) {
  return db
    .selectFrom('approvals')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('subject', '=', subject)
    .where('state', 'in', TRANSITIONS.expire.from);
}
