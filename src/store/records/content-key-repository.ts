import type { Kysely } from 'kysely';
import type { ContentKeyScope, ContentKeyStore, StoredContentKey } from '../../core/exchange/content-keys.ts';
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
