import type { Kysely } from 'kysely';
import type { Failure } from '../../core/codes.ts';
import type { Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { attemptStore, attemptWrite } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';

export type MaskedValueRow = Schema['masked_values'];

export interface NewsQuery {
  readonly scope: string;
  readonly now: Instant;
  readonly limit: number;
  readonly since: Instant;
  readonly writer: string;
}

/** Sealed values in the database; the same statements on SQLite and PostgreSQL. */
export class ValueRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** At most `limit` values of a session that are still good at `now`, oldest first. */
  list(scope: string, now: Instant, limit: number): Promise<Result<readonly MaskedValueRow[], Failure>> {
    return attemptStore('read masked values', () => this.#select(scope, now, limit).execute());
  }

  /** Of those, the ones that others than `writer` have written at or after `since`. */
  listNews(query: NewsQuery): Promise<Result<readonly MaskedValueRow[], Failure>> {
    const { scope, now, limit, since, writer } = query;
    return attemptStore('read masked values', () =>
      this.#select(scope, now, limit).where('created_at', '>=', since).where('writer', '!=', writer).execute(),
    );
  }

  #select(scope: string, now: Instant, limit: number) {
    return this.#db
      .selectFrom('masked_values')
      .selectAll()
      .where('scope', '=', scope)
      .where('expires_at', '>', now)
      .orderBy('created_at')
      .limit(limit);
  }

  /** One that is there already is renewed. */
  save(rows: readonly MaskedValueRow[]): Promise<Result<void, Failure>> {
    return attemptWrite('store masked values', async () => {
      await this.#db
        .insertInto('masked_values')
        .values(rows.toSorted(byKey))
        .onConflict((conflict) =>
          conflict.columns(['scope', 'destination', 'token']).doUpdateSet((row) => ({
            entity: row.ref('excluded.entity'),
            sealed: row.ref('excluded.sealed'),
            writer: row.ref('excluded.writer'),
            created_at: row.ref('excluded.created_at'),
            expires_at: row.ref('excluded.expires_at'),
          })),
        )
        .execute();
    });
  }

  /** Lets what is still good at `now` be good until `expiresAt`. */
  prolong(scope: string, now: Instant, expiresAt: Instant): Promise<Result<void, Failure>> {
    return attemptWrite('prolong masked values', async () => {
      await this.#db
        .updateTable('masked_values')
        .set({ expires_at: expiresAt })
        .where('scope', '=', scope)
        .where('expires_at', '>', now)
        .execute();
    });
  }

  /** Those of a subject, over all its sessions. */
  count(subject: string): Promise<Result<number, Failure>> {
    return attemptStore('count masked values', async () => {
      const counted = await this.#db
        .selectFrom('masked_values')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('subject', '=', subject)
        .executeTakeFirstOrThrow();
      return Number(counted.count);
    });
  }

  removeExpired(now: Instant): Promise<Result<number, Failure>> {
    return attemptWrite('remove expired masked values', async () => {
      const removed = await this.#db.deleteFrom('masked_values').where('expires_at', '<=', now).executeTakeFirst();
      return Number(removed.numDeletedRows);
    });
  }
}

/** In one order everywhere: replicas that store the same tokens at once wait for each other, and none of them for ever. */
function byKey(a: MaskedValueRow, b: MaskedValueRow): number {
  const [left, right] = [a, b].map(({ scope, destination, token }) => `${scope} ${destination} ${token}`) as [string, string];
  return left < right ? -1 : left === right ? 0 : 1;
}
