import type { Kysely } from 'kysely';
import type { GrantState, GrantStore } from '../../core/approval/approval-store.ts';
import { unreachable } from '../../core/defect.ts';
import type { Instant } from '../../core/units.ts';
import { attemptStore } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';
import { fromGrantRow, sealRevoker, toGrantRow } from './grant-row.ts';
import { newestFirst, pageOf } from '../page.ts';
import { removeRows } from './remove-rows.ts';
import type { RowCipher } from '../sealing/row-cipher.ts';

/** Grants in the database; the same statements on SQLite and PostgreSQL. */
export function createGrantRepository(db: Kysely<Schema>, cipher: RowCipher): GrantStore {
  return {
    insert: (grant) =>
      attemptStore('store a grant', async () => {
        await db.insertInto('grants').values(toGrantRow(grant, cipher)).execute();
      }),

    find: (id) =>
      attemptStore('find a grant', async () => {
        const row = await db.selectFrom('grants').selectAll().where('id', '=', id).executeTakeFirst();
        return row === undefined ? undefined : fromGrantRow(row, cipher);
      }),

    list: (query) =>
      attemptStore('list grants', async () => {
        const { state, now } = query;
        const grants = state === undefined ? db.selectFrom('grants') : inState(db, state, now);
        const rows = await newestFirst(grants.selectAll(), query).execute();
        return pageOf(rows, query, (row) => fromGrantRow(row, cipher));
      }),

    revoke: (id, at, by) =>
      attemptStore('revoke a grant', async () => {
        // The first revocation stands: who and when are evidence.
        const first = await db
          .updateTable('grants')
          .set({ revoked_at: at, revoked_by: sealRevoker(id, by, cipher) })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .executeTakeFirst();
        if (first.numUpdatedRows > 0n) return true;
        const known = await db.selectFrom('grants').select('id').where('id', '=', id).executeTakeFirst();
        return known !== undefined;
      }),

    matching: (scopes, now) =>
      attemptStore('look for grants', async () => {
        if (scopes.length === 0) return [];
        const rows = await inState(db, 'active', now).selectAll().where('scope', 'in', scopes).execute();
        return rows.map((row) => fromGrantRow(row, cipher));
      }),

    purge: (endedBefore, most) =>
      attemptStore('forget grants', async () => {
        const old = await db
          .selectFrom('grants')
          .select('id')
          .where('ends_at', '<', endedBefore)
          .orderBy('ends_at')
          .limit(most)
          .execute();
        return removeRows(db, 'grants', old);
      }),
  };
}

function inState(db: Kysely<Schema>, state: GrantState, now: Instant) {
  const grants = db.selectFrom('grants');
  switch (state) {
    case 'revoked':
      return grants.where('revoked_at', 'is not', null);
    case 'active':
      return grants.where('revoked_at', 'is', null).where('ended_at', 'is', null).where('ends_at', '>', now);
    case 'ended':
      return grants
        .where('revoked_at', 'is', null)
        .where((row) => row.or([row('ended_at', 'is not', null), row('ends_at', '<=', now)]));
    default:
      return unreachable(state);
  }
}
