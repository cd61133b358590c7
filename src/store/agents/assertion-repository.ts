import type { Kysely } from 'kysely';
import type { AssertionStore } from '../../core/ports.ts';
import { attemptStore } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';

/** Exchanged assertions in the database: of two replicas that take one, the second finds the row of the first. */
export function createAssertionRepository(db: Kysely<Schema>): AssertionStore {
  return {
    take: (digest, until) =>
      attemptStore('take an assertion', async () => {
        const inserted = await db
          .insertInto('taken_assertions')
          .values({ digest, expires_at: until })
          .onConflict((conflict) => conflict.column('digest').doNothing())
          .executeTakeFirst();
        return inserted.numInsertedOrUpdatedRows === 1n;
      }),

    purge: (before) =>
      attemptStore('forget assertions', async () => {
        await db.deleteFrom('taken_assertions').where('expires_at', '<', before).execute();
      }),
  };
}
