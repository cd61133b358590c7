import type { Kysely } from 'kysely';

/** Agents that nothing passes of until somebody lets them go on. */
export async function createStoppedAgents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('stopped_agents')
    .addColumn('agent', 'text', (column) => column.primaryKey())
    .addColumn('stopped_at', 'bigint', (column) => column.notNull())
    .addColumn('stopped_by', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .execute();
}
