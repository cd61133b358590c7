import type { Kysely } from 'kysely';

/** Keys that recorded content is sealed under, wrapped; content whose key is deleted cannot be read. */
export async function createContentKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('content_keys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('session', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('home', 'text', (column) => column.notNull())
    .addColumn('wrapped', 'text', (column) => column.notNull())
    .addColumn('wrapped_with', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('content_keys_by_session', ['session', 'home'])
    .execute();
}
