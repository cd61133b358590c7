import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { LimitStore } from '../../core/fleet/limit-store.ts';
import type { Clock } from '../../core/ports.ts';
import type { Instant } from '../../core/units.ts';
import { attemptStore, attemptWrite } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';

/** Windows of limits in the database. Rows are taken in the order of their keys, so that no two wait for each other. */
export function createLimitRepository(db: Kysely<Schema>, clock: Clock): LimitStore {
  return {
    count: (keys, count) =>
      attemptWrite('count what limits have left', () =>
        db.transaction().execute(async (transaction) => {
          const ordered = [...keys].sort();
          const rows = await transaction
            .insertInto('limit_windows')
            .values(ordered.map((key) => ({ key, used: '', ends_at: 0 })))
            // Changes nothing, and keeps others off until the end of the transaction.
            .onConflict((conflict) => conflict.column('key').doUpdateSet((row) => ({ key: row.ref('excluded.key') })))
            .returning(['key', 'used'])
            .execute();
          const now = await timeOf(transaction, clock);
          const kept = new Map(rows.filter(({ used }) => used !== '').map(({ key, used }) => [key, used]));
          const counted = [...count(kept, now)].map(([key, { used, endsAt }]) => ({ key, used, ends_at: endsAt }));
          if (counted.length === 0) return;
          await transaction
            .insertInto('limit_windows')
            .values(counted)
            .onConflict((conflict) =>
              conflict
                .column('key')
                .doUpdateSet((row) => ({ used: row.ref('excluded.used'), ends_at: row.ref('excluded.ends_at') })),
            )
            .execute();
        }),
      ),
    purge: (before) =>
      attemptStore('remove limits that count no more', async () => {
        await db.deleteFrom('limit_windows').where('ends_at', '<', before).execute();
      }),
  };
}

/** One clock for all who count: those of replicas differ. A file is shared on one machine, which has one. */
async function timeOf(db: Kysely<Schema>, clock: Clock): Promise<Instant> {
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return clock.now();
  const { rows } = await sql<{ now: Instant }>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`.execute(
    db,
  );
  return rows[0]!.now;
}
