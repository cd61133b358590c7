import type { Kysely } from 'kysely';

/** What tells the keys apart that the rows of this database are sealed with, and the interception CA of those who share it. */
export async function createSharedKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('shared_keys')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('set_by', 'text', (column) => column.notNull())
    .addColumn('set_at', 'bigint', (column) => column.notNull())
    .execute();
}
