import type { Kysely } from 'kysely';
import { MOST_HOLDS, type LegalHold, type LegalHoldStore } from '../../core/exchange/legal-hold.ts';
import { attemptStore, attemptWrite } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';

type Row = Schema['legal_holds'];

/** Legal holds in the database; the same statements on SQLite and PostgreSQL. */
export function createLegalHoldRepository(db: Kysely<Schema>): LegalHoldStore {
  return {
    add: (hold) =>
      attemptWrite('add a legal hold', async () => {
        const { count } = await db
          .selectFrom('legal_holds')
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        if (Number(count) >= MOST_HOLDS) return false;
        await db.insertInto('legal_holds').values(toRow(hold)).execute();
        return true;
      }),

    list: () =>
      attemptStore('list legal holds', async () => {
        const rows = await db.selectFrom('legal_holds').selectAll().orderBy('created_at').orderBy('id').execute();
        return rows.map(holdOfRow);
      }),

    remove: (id) =>
      attemptWrite('remove a legal hold', async () => {
        const removed = await db.deleteFrom('legal_holds').where('id', '=', id).executeTakeFirst();
        return removed.numDeletedRows === 1n;
      }),
  };
}

function toRow({ id, createdAt, by, reason, subject, session, home, since, until }: LegalHold): Row {
  return {
    id,
    created_at: createdAt,
    created_by: by,
    reason,
    subject: subject ?? null,
    session: session ?? null,
    home: home ?? null,
    since: since ?? null,
    before: until ?? null,
  };
}

/** A hold as the database has it. */
export function holdOfRow({ subject, session, home, since, before, ...row }: Row): LegalHold {
  return {
    id: row.id,
    createdAt: row.created_at,
    by: row.created_by,
    reason: row.reason,
    ...(subject !== null && { subject }),
    ...(session !== null && { session }),
    ...(home !== null && { home }),
    ...(since !== null && { since }),
    ...(before !== null && { until: before }),
  };
}
