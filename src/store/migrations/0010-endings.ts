import { sql, type Kysely } from 'kysely';

/** When the end of what ends by itself had come: written down, it stays so. */
export async function createEndings(db: Kysely<unknown>): Promise<void> {
  for (const table of ['agent_tokens', 'person_tokens', 'grants']) {
    await db.schema.alterTable(table).addColumn('ended_at', 'bigint').execute();
  }
  // Looked for every second, among all that are kept.
  await sql`CREATE INDEX grants_unended ON grants (ends_at) WHERE ended_at IS NULL`.execute(db);
}
