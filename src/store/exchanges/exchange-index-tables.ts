import type { Kysely } from 'kysely';

/**
 * The index over exchanges and sessions: all of it can be made anew from the record. Both trees over exchanges grow at their end;
 * one by session would cost twice what all else does, and a session says itself from when to when it ran.
 */
export async function createExchangeIndex(db: Kysely<unknown>): Promise<void> {
  await createExchanges(db);
  await db.schema.createIndex('exchanges_by_time').on('exchanges').columns(['created_at', 'id']).execute();
  await db.schema
    .createTable('recorded_sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('subject', 'text')
    .addColumn('home', 'text')
    .addColumn('first_at', 'bigint', (column) => column.notNull())
    .addColumn('last_at', 'bigint', (column) => column.notNull())
    .addColumn('permitted', 'bigint', (column) => column.notNull())
    .addColumn('held', 'bigint', (column) => column.notNull())
    .addColumn('denied', 'bigint', (column) => column.notNull())
    .addColumn('sent', 'bigint', (column) => column.notNull())
    .addColumn('received', 'bigint', (column) => column.notNull())
    .addColumn('findings', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('recorded_sessions_by_time').on('recorded_sessions').columns(['last_at', 'id']).execute();
  await db.schema
    .createTable('indexed_writers')
    .addColumn('writer', 'text', (column) => column.primaryKey())
    .addColumn('segment', 'integer', (column) => column.notNull())
    .addColumn('byte_offset', 'bigint', (column) => column.notNull())
    .addColumn('block', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('indexed_homes')
    .addColumn('home', 'text', (column) => column.primaryKey())
    .execute();
}

/** What was shredded, by session. What was indexed before has none of it until `cordon index rebuild`. */
export async function createShreddings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('shreddings')
    .addColumn('session', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('writer', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('failed', 'text')
    .addPrimaryKeyConstraint('shreddings_by_session', ['session', 'writer', 'seq'])
    .execute();
}

async function createExchanges(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('exchanges')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('writer', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('session', 'text')
    .addColumn('subject', 'text')
    .addColumn('home', 'text')
    .addColumn('kind', 'text')
    .addColumn('method', 'text')
    .addColumn('target', 'text')
    .addColumn('host', 'text')
    .addColumn('decision', 'text', (column) => column.notNull())
    .addColumn('code', 'text')
    .addColumn('would_deny', 'text')
    .addColumn('rules', 'text', (column) => column.notNull())
    .addColumn('entry', 'text')
    .addColumn('processing', 'text')
    .addColumn('storage', 'text')
    .addColumn('transfer', 'text')
    .addColumn('policy', 'text')
    .addColumn('approval', 'text')
    .addColumn('spots', 'text', (column) => column.notNull())
    .addColumn('status', 'integer')
    .addColumn('sent', 'bigint')
    .addColumn('received', 'bigint')
    .addColumn('total', 'double precision')
    .addColumn('findings', 'text')
    .execute();
}
