import type { Kysely } from 'kysely';

/** Values that tokens stand for, sealed: who reads the database learns neither values nor whose they are. */
export async function createMaskedValues(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('masked_values')
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('destination', 'text', (column) => column.notNull())
    .addColumn('token', 'text', (column) => column.notNull())
    .addColumn('entity', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('writer', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('masked_values_key', ['scope', 'destination', 'token'])
    .execute();
  await db.schema.createIndex('masked_values_by_age').on('masked_values').columns(['scope', 'created_at']).execute();
  await db.schema.createIndex('masked_values_by_subject').on('masked_values').column('subject').execute();
  await db.schema.createIndex('masked_values_by_expiry').on('masked_values').column('expires_at').execute();
}
