import { sql, type Kysely } from 'kysely';

/** What retention leaves alone, and until when a content key was used: content is as old as the last of its session. */
export async function createLegalHolds(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('legal_holds')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('subject', 'text')
    .addColumn('session', 'text')
    .addColumn('home', 'text')
    .addColumn('since', 'bigint')
    .addColumn('before', 'bigint')
    .execute();
  await db.schema
    .alterTable('content_keys')
    .addColumn('used_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`UPDATE content_keys SET used_at = created_at`.execute(db);
}
