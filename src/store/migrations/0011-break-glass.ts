import type { Kysely } from 'kysely';

/** Tokens for an emergency say why they were made. */
export async function createBreakGlass(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('person_tokens').addColumn('break_glass', 'text').execute();
}
