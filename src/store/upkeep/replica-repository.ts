import type { Kysely } from 'kysely';
import type { PolicyDigest } from '../../core/ids.ts';
import type { ReplicaStore } from '../../core/fleet/replica-seen.ts';
import { attemptStore } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';

/** Replicas in the database; the same statements on SQLite and PostgreSQL. */
export function createReplicaRepository(db: Kysely<Schema>): ReplicaStore {
  return {
    tell: ({ id, policy, at }) =>
      attemptStore('tell of this replica', async () => {
        const seen = { policy, seen_at: at };
        await db
          .insertInto('replicas')
          .values({ id, ...seen })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(seen))
          .execute();
      }),

    since: (at) =>
      attemptStore('list replicas', async () => {
        const rows = await db.selectFrom('replicas').selectAll().where('seen_at', '>=', at).orderBy('id').execute();
        return rows.map(({ id, policy, seen_at: seenAt }) => ({ id, policy: policy as PolicyDigest, at: seenAt }));
      }),

    leave: (id, before) =>
      attemptStore('forget a replica', async () => {
        await db
          .deleteFrom('replicas')
          .where((row) => row.or([row('id', '=', id), row('seen_at', '<', before)]))
          .execute();
      }),
  };
}
