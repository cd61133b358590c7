import type { Kysely } from 'kysely';

/** People: their tokens, their sessions in the console, and who made a token of an agent. Hashes of secrets alone. */
export async function createPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('agent_tokens').addColumn('minted_by', 'text').execute();
  await createPersonTokens(db);
  await createConsoleSessions(db);
}

async function createPersonTokens(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('person_tokens')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    // `groups` is a word of SQL.
    .addColumn('groups_of', 'text', (column) => column.notNull())
    .addColumn('places', 'text', (column) => column.notNull())
    .addColumn('secret_hash', 'text', (column) => column.notNull())
    .addColumn('minted_by', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('once', 'integer', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .execute();
}

async function createConsoleSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('console_sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('groups_of', 'text', (column) => column.notNull())
    .addColumn('places', 'text', (column) => column.notNull())
    .addColumn('secret_hash', 'text', (column) => column.notNull())
    .addColumn('token', 'text')
    .addColumn('vouched_by', 'text', (column) => column.notNull())
    .addColumn('auth_time', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .execute();
  await db.schema.createIndex('console_sessions_by_expiry').on('console_sessions').column('expires_at').execute();
}
