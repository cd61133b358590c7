import { sql, type Kysely } from 'kysely';

/** Held requests, what people decided about them, and the grants they gave: names and texts are sealed. */
export async function createApprovals(db: Kysely<unknown>): Promise<void> {
  await createApprovalTable(db);
  await createGrantTable(db);
}

async function createApprovalTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('approvals')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('question', 'text', (column) => column.notNull())
    .addColumn('decisions', 'text', (column) => column.notNull())
    .execute();
  // Two replicas that hold the same request at once ask once: the second insert finds the first.
  await sql`CREATE UNIQUE INDEX approvals_live ON approvals (fingerprint) WHERE state IN ('pending', 'approved')`.execute(db);
  await db.schema
    .createIndex('approvals_by_fingerprint')
    .on('approvals')
    .columns(['fingerprint', 'created_at', 'id'])
    .execute();
  await db.schema.createIndex('approvals_by_age').on('approvals').columns(['created_at', 'id']).execute();
  await db.schema.createIndex('approvals_by_state').on('approvals').columns(['state', 'created_at', 'id']).execute();
  // Not partial: with states as parameters, neither database would know that it may use such an index.
  await db.schema.createIndex('approvals_by_deadline').on('approvals').columns(['state', 'expires_at']).execute();
  await db.schema.createIndex('approvals_by_subject').on('approvals').columns(['subject', 'state']).execute();
  await db.schema.createIndex('approvals_by_end').on('approvals').column('settled_at').execute();
}

async function createGrantTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('grants')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('approval', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('rule', 'text', (column) => column.notNull())
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('cover', 'text', (column) => column.notNull())
    .addColumn('revoked_by', 'text')
    .execute();
  await db.schema.createIndex('grants_by_scope').on('grants').columns(['scope', 'ends_at']).execute();
  await db.schema.createIndex('grants_by_age').on('grants').columns(['created_at', 'id']).execute();
}
