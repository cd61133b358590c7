import type { Kysely } from 'kysely';
import {
  type ContentKeyScope,
  type ContentKeyStore,
  type StoredContentKey,
  USED_GRANULARITY,
} from '../../core/exchange/content-keys.ts';
import type { AgentId, SessionId } from '../../core/ids.ts';
import { attemptStore, attemptWrite } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';

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
        let query = db.selectFrom('content_keys').select(['id', 'session', 'subject', 'home', 'created_at', 'used_at']);
        if (session !== undefined) query = query.where('session', '=', session);
        if (subject !== undefined) query = query.where('subject', '=', subject);
        if (usedBefore !== undefined) query = query.where('used_at', '<', usedBefore);
        if (after !== undefined) query = query.where('id', '>', after);
        const rows = await query.orderBy('id').limit(limit).execute();
        return rows.map(({ id, home, created_at: createdAt, used_at: usedAt, ...row }) => {
          return { id, home, session: row.session as SessionId, subject: row.subject as AgentId, createdAt, usedAt };
        });
      }),

    destroy: (ids) =>
      attemptWrite('delete content keys', async () => {
        if (ids.length === 0) return 0;
        const removed = await db.deleteFrom('content_keys').where('id', 'in', ids).executeTakeFirst();
        return Number(removed.numDeletedRows);
      }),
  };
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
