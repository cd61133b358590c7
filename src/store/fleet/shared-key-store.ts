import type { Kysely } from 'kysely';
import type { Failure } from '../../core/codes.ts';
import type { Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { attemptStore } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';

/** What a database knows of a key, or of a CA, that all who use it have to share. */
export interface SharedKey {
  readonly value: string;
  /** Name of the machine that said so, and when. */
  readonly setBy: string;
  readonly setAt: Instant;
}

/** Says which keys the users of a database have; none of the keys themselves. */
export interface SharedKeyStore {
  /**
   * Puts it down where nothing is known; of several at the same time one is first.
   * @returns what is known then
   * @failure store_unavailable
   */
  settle(name: string, mine: SharedKey): Promise<Result<SharedKey, Failure>>;
  /**
   * Puts it down in place of what was known.
   * @returns false where that was another value by now
   * @failure store_unavailable
   */
  replace(name: string, known: SharedKey, mine: SharedKey): Promise<Result<boolean, Failure>>;
  /** Forgets all of it: the next one to start says what counts. @failure store_unavailable */
  forget(): Promise<Result<void, Failure>>;
}

export function createSharedKeyStore(db: Kysely<Schema>): SharedKeyStore {
  return {
    settle: (name, { value, setBy, setAt }) =>
      attemptStore('tell which keys are shared', async () => {
        await db
          .insertInto('shared_keys')
          .values({ name, value, set_by: setBy, set_at: setAt })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .execute();
        const row = await db.selectFrom('shared_keys').selectAll().where('name', '=', name).executeTakeFirstOrThrow();
        return { value: row.value, setBy: row.set_by, setAt: row.set_at };
      }),
    replace: (name, known, { value, setBy, setAt }) =>
      attemptStore('tell which keys are shared', async () => {
        const { numUpdatedRows } = await db
          .updateTable('shared_keys')
          .set({ value, set_by: setBy, set_at: setAt })
          .where('name', '=', name)
          .where('value', '=', known.value)
          .executeTakeFirst();
        return numUpdatedRows > 0n;
      }),
    forget: () =>
      attemptStore('forget which keys are shared', async () => {
        await db.deleteFrom('shared_keys').execute();
      }),
  };
}
