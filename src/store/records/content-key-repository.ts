import { type Kysely, PostgresAdapter, sql, type Transaction } from 'kysely';
import type { Failure } from '../../core/codes.ts';
import {
  type ContentKeyScope,
  type ContentKeyStore,
  holdOnKey,
  type ListedContentKey,
  type StoredContentKey,
  USED_GRANULARITY,
} from '../../core/exchange/content-keys.ts';
import type { LegalHold } from '../../core/exchange/legal-hold.ts';
import type { AgentId, SessionId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { attemptStore, attemptWrite } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';
import { holdOfRow } from './legal-hold-repository.ts';

type Row = Schema['content_keys'];

/** Content keys in the database; the same statements on SQLite and PostgreSQL. */
export function createContentKeyRepository(db: Kysely<Schema>): ContentKeyStore {
  return {
    keep: (scope, proposed) =>
      attemptWrite('keep a content key', async () => {
        await db
          .insertInto('content_keys')
          .values(toRow(scope, proposed))
          .onConflict((conflict) => conflict.columns(['session', 'home']).doNothing())
          .execute();
        const { session, home } = scope;
        const kept = await db
          .selectFrom('content_keys')
          .selectAll()
          .where('session', '=', session)
          .where('home', '=', home)
          .executeTakeFirstOrThrow(() => new Error('the key was deleted while it was made'));
        // A session may go on for weeks: its content is as old as the last of it.
        if (proposed.createdAt - kept.used_at >= USED_GRANULARITY) {
          await db.updateTable('content_keys').set({ used_at: proposed.createdAt }).where('id', '=', kept.id).execute();
        }
        return fromRow(kept);
      }),

    find: (id) =>
      attemptStore('find a content key', async () => {
        const row = await db.selectFrom('content_keys').selectAll().where('id', '=', id).executeTakeFirst();
        return row === undefined ? undefined : fromRow(row);
      }),

    remove: (session) =>
      attemptWrite('delete content keys', async () => {
        const removed = await db.deleteFrom('content_keys').where('session', '=', session).executeTakeFirst();
        return Number(removed.numDeletedRows);
      }),

    list: ({ session, subject, usedBefore, after, limit }) =>
      attemptStore('list content keys', async () => {
        let query = db.selectFrom('content_keys').select(LISTED);
        if (session !== undefined) query = query.where('session', '=', session);
        if (subject !== undefined) query = query.where('subject', '=', subject);
        if (usedBefore !== undefined) query = query.where('used_at', '<', usedBefore);
        if (after !== undefined) query = query.where('id', '>', after);
        const rows = await query.orderBy('id').limit(limit).execute();
        return rows.map(listedOfRow);
      }),

    destroy: async (ids) => {
      if (ids.length === 0) return ok(0);
      const destroyed = await attemptWrite('delete content keys', () =>
        db.transaction().execute((transaction) => destroyUnheld(transaction, ids)),
      );
      if (!destroyed.ok || typeof destroyed.value === 'number') return destroyed as Result<number, Failure>;
      return fail({ code: 'held', detail: `Found the legal hold ${destroyed.value.id}, expected none` });
    },
  };
}

/** A hold that is being made waits until this is over, or this for it: holds and deletions come one behind the other. */
async function destroyUnheld(transaction: Transaction<Schema>, ids: readonly string[]): Promise<number | LegalHold> {
  // On SQLite the transaction is the lock: it begins with the right to write.
  if (transaction.getExecutor().adapter instanceof PostgresAdapter)
    await sql`LOCK TABLE legal_holds IN SHARE MODE`.execute(transaction);
  const holds = (await transaction.selectFrom('legal_holds').selectAll().execute()).map(holdOfRow);
  if (holds.length > 0) {
    const rows = await transaction.selectFrom('content_keys').select(LISTED).where('id', 'in', ids).execute();
    for (const row of rows) {
      const hold = holdOnKey(holds, listedOfRow(row));
      if (hold !== undefined) return hold;
    }
  }
  const removed = await transaction.deleteFrom('content_keys').where('id', 'in', ids).executeTakeFirst();
  return Number(removed.numDeletedRows);
}

const LISTED = ['id', 'session', 'subject', 'home', 'created_at', 'used_at'] as const;

function listedOfRow({ id, home, ...row }: Pick<Row, (typeof LISTED)[number]>): ListedContentKey {
  const { created_at: createdAt, used_at: usedAt } = row;
  return { id, home, session: row.session as SessionId, subject: row.subject as AgentId, createdAt, usedAt };
}

function toRow({ session, subject, home }: ContentKeyScope, key: StoredContentKey): Row {
  return {
    id: key.id,
    session,
    subject,
    home,
    wrapped: Buffer.from(key.wrapped).toString('base64'),
    wrapped_with: key.wrappedWith,
    created_at: key.createdAt,
    used_at: key.createdAt,
  };
}

function fromRow(row: Row): StoredContentKey {
  return {
    id: row.id,
    wrapped: Uint8Array.from(Buffer.from(row.wrapped, 'base64')),
    wrappedWith: row.wrapped_with,
    createdAt: row.created_at,
  };
}
