import type { Kysely } from 'kysely';

/** Tokens of workloads, and the assertions that they were exchanged for. */
export async function createWorkloads(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('agent_tokens').addColumn('workload', 'text').execute();
  await db.schema.alterTable('agent_tokens').addColumn('session', 'text').execute();
  await db.schema
    .createTable('taken_assertions')
    .addColumn('digest', 'text', (column) => column.primaryKey())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
}
