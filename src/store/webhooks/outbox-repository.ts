import { sql, type Kysely } from 'kysely';
import type { ApprovalId } from '../../core/ids.ts';
import { messageIdAround, stateTold, type ApprovalNews, type WebhookEvent } from '../../core/webhooks/webhook-event.ts';
import type { Claim, ClaimedMessage, Since, WebhookMessage, WebhookOutbox } from '../../core/webhooks/webhook-outbox.ts';
import type { RowCipher, SealedColumn } from '../sealing/row-cipher.ts';
import { attemptStore, attemptWrite } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';

/** Untold approvals that are looked up at once; the next look finds the others. */
const MOST_UNTOLD = 500;

/** The outbox in the database; the same statements on SQLite and PostgreSQL. */
export function createOutboxRepository(db: Kysely<Schema>, cipher: RowCipher): WebhookOutbox {
  return {
    add: (message, most) => attemptStore('add a message', () => add(db, cipher, message, most)),
    claim: (webhook, claim) => attemptStore('claim messages', () => claimDue(db, cipher, webhook, claim)),

    retry: (message, dueAt) =>
      attemptStore('put a message off', async () => {
        const put = await waitingRow(db, message)
          .set({ due_at: dueAt })
          .where('due_at', '=', message.claimedUntil)
          .executeTakeFirst();
        return put.numUpdatedRows > 0n;
      }),

    finish: (message, as, at) =>
      attemptStore('finish a message', async () => {
        // Which messages there were is needed for a while, what they said is not.
        const finished = await waitingRow(db, message).set({ state: as, done_at: at, payload: '' }).executeTakeFirst();
        return finished.numUpdatedRows > 0n;
      }),

    giveUpOlder: (than, at) =>
      attemptWrite('give messages up', () =>
        db
          .updateTable('webhook_outbox')
          .set({ state: 'given-up', done_at: at, payload: '' })
          .where('state', '=', 'waiting')
          .where('created_at', '<', than)
          .returning(['webhook', 'id', 'event', 'attempts'])
          .execute()
          .then((rows) => rows.map((row) => ({ ...row, event: row.event as WebhookEvent }))),
      ),

    waiting: () =>
      attemptStore('count messages', async () => {
        const counted = await db
          .selectFrom('webhook_outbox')
          .select(({ fn }) => fn.countAll().as('count'))
          .where('state', '=', 'waiting')
          .executeTakeFirstOrThrow();
        return Number(counted.count);
      }),

    purge: (doneBefore) =>
      attemptWrite('forget messages', async () => {
        await db.deleteFrom('webhook_outbox').where('done_at', '<', doneBefore).execute();
      }),

    untold: (webhook, event, since) => attemptStore('look for untold approvals', () => untold(db, webhook, event, since)),
  };
}

async function add(
  db: Kysely<Schema>,
  cipher: RowCipher,
  { webhook, id, earlierId, event, payload, createdAt }: WebhookMessage,
  most: number,
): Promise<'added' | 'known' | 'full'> {
  if (earlierId !== undefined && (await isThere(db, webhook, earlierId))) return 'known';
  const waiting = await db
    .selectFrom('webhook_outbox')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('webhook', '=', webhook)
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  if (Number(waiting.count) >= most) return 'full';
  const added = await db
    .insertInto('webhook_outbox')
    .values({
      webhook,
      id,
      event,
      state: 'waiting',
      payload: cipher.seal(payload, columnOf(webhook, id)),
      attempts: 0,
      created_at: createdAt,
      due_at: createdAt,
      done_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n ? 'added' : 'known';
}

async function isThere(db: Kysely<Schema>, webhook: string, id: string): Promise<boolean> {
  const query = db.selectFrom('webhook_outbox').select('id').where('webhook', '=', webhook).where('id', '=', id);
  return (await query.executeTakeFirst()) !== undefined;
}

/** Each by a statement of its own that compares when it is due: of several that have seen it, one takes it. */
async function claimDue(
  db: Kysely<Schema>,
  cipher: RowCipher,
  webhook: string,
  { now, until, limit }: Claim,
): Promise<ClaimedMessage[]> {
  const due = await db
    .selectFrom('webhook_outbox')
    .selectAll()
    .where('webhook', '=', webhook)
    .where('state', '=', 'waiting')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .execute();
  const claimed: ClaimedMessage[] = [];
  for (const row of due) {
    const taken = await waitingRow(db, row)
      .set({ due_at: until, attempts: row.attempts + 1 })
      .where('due_at', '=', row.due_at)
      .executeTakeFirst();
    if (taken.numUpdatedRows === 0n) continue;
    claimed.push({
      webhook,
      id: row.id,
      event: row.event as WebhookEvent,
      payload: cipher.unseal(row.payload, columnOf(webhook, row.id)) as string,
      createdAt: row.created_at,
      attempt: row.attempts + 1,
      claimedUntil: until,
    });
  }
  return claimed;
}

function waitingRow(db: Kysely<Schema>, { webhook, id }: Pick<WebhookMessage, 'webhook' | 'id'>) {
  return db.updateTable('webhook_outbox').where('webhook', '=', webhook).where('id', '=', id).where('state', '=', 'waiting');
}

/** Who took its pass was approved before, whatever the state says now. */
function statesOf(event: ApprovalNews): readonly string[] {
  const state = stateTold(event);
  return state === 'approved' ? ['approved', 'passed'] : [state];
}

async function untold(
  db: Kysely<Schema>,
  webhook: string,
  event: ApprovalNews,
  { asked, ended }: Since,
): Promise<ApprovalId[]> {
  const [before, after] = messageIdAround(event);
  const rows = await db
    .selectFrom('approvals')
    .select('approvals.id')
    .where('approvals.state', 'in', statesOf(event))
    .where('approvals.created_at', '>', asked)
    .where((where) => where.or([where('settled_at', 'is', null), where('settled_at', '>', ended)]))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('webhook_outbox')
            .select('webhook_outbox.id')
            .where('webhook_outbox.webhook', '=', webhook)
            .where('webhook_outbox.id', '=', sql<string>`CAST(${before} AS text) || approvals.id || CAST(${after} AS text)`),
        ),
      ),
    )
    .orderBy('approvals.created_at')
    .limit(MOST_UNTOLD)
    .execute();
  return rows.map(({ id }) => id as ApprovalId);
}

function columnOf(webhook: string, id: string): SealedColumn {
  return { table: 'webhook_outbox', id: `${webhook} ${id}`, column: 'payload' };
}
