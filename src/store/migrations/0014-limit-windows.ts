import type { Kysely } from 'kysely';

/** What was used of limits, for all who share the store. */
export async function createLimitWindows(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('limit_windows')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('used', 'text', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('limit_windows_by_end').on('limit_windows').column('ends_at').execute();
}
