import type { Kysely } from 'kysely';

/** Messages for webhooks: what waits, sealed, and for a while which ones are done. */
export async function createWebhookOutbox(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('webhook_outbox')
    .addColumn('webhook', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('done_at', 'bigint')
    .addPrimaryKeyConstraint('webhook_outbox_key', ['webhook', 'id'])
    .execute();
  await db.schema.createIndex('webhook_outbox_by_due').on('webhook_outbox').columns(['webhook', 'state', 'due_at']).execute();
  await db.schema.createIndex('webhook_outbox_by_age').on('webhook_outbox').columns(['state', 'created_at']).execute();
  await db.schema.createIndex('webhook_outbox_by_end').on('webhook_outbox').column('done_at').execute();
}
