import { PostgresAdapter, sql, type Kysely } from 'kysely';
import type { TokenId } from '../../core/ids.ts';
import type { PersonToken, PersonTokenStore } from '../../core/people/person-token.ts';
import { ok } from '../../core/result.ts';
import { attemptStore } from '../attempt-store.ts';
import { newestFirst, pageOf } from '../page.ts';
import type { Schema } from '../schema.ts';
import { assignmentRow, hashBytes, hashText, storedAssignment } from './stored-assignment.ts';

type TokenRow = Schema['person_tokens'];

/** Tokens of people in the database; the same statements on SQLite and PostgreSQL. */
export function createPersonTokenRepository(db: Kysely<Schema>): PersonTokenStore {
  return {
    insert: (token, secretHash) =>
      attemptStore('insert token', async () => {
        await db.insertInto('person_tokens').values(toRow(token, secretHash)).execute();
      }),

    insertFirst: (token, secretHash) =>
      attemptStore('insert token', () =>
        db.transaction().execute(async (transaction) => {
          await lock(transaction);
          const other = await transaction.selectFrom('person_tokens').select('id').limit(1).executeTakeFirst();
          if (other !== undefined) return false;
          await transaction.insertInto('person_tokens').values(toRow(token, secretHash)).execute();
          return true;
        }),
      ),

    find: (id) =>
      attemptStore('find token', async () => {
        const row = await db.selectFrom('person_tokens').selectAll().where('id', '=', id).executeTakeFirst();
        return row === undefined ? undefined : { token: fromRow(row), secretHash: hashBytes(row.secret_hash) };
      }),

    list: async () => {
      const rows = await attemptStore('list tokens', () =>
        db.selectFrom('person_tokens').selectAll().orderBy('created_at').orderBy('id').execute(),
      );
      return rows.ok ? ok(rows.value.map(fromRow)) : rows;
    },

    page: (query) =>
      attemptStore('list tokens', async () => {
        const rows = await newestFirst(db.selectFrom('person_tokens').selectAll(), query).execute();
        return pageOf(rows, query, fromRow);
      }),

    minters: (person) => attemptStore('find minters', () => mintersOf(person, db)),

    revoke: (id, at) =>
      attemptStore('revoke token', async () => {
        // The first revocation stands: its time is evidence.
        await db
          .updateTable('person_tokens')
          .set({ revoked_at: at })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .execute();
        return (await db.selectFrom('person_tokens').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
      }),

    use: (id, at) =>
      attemptStore('use token', async () => {
        const used = await db
          .updateTable('person_tokens')
          .set({ used_at: at })
          .where('id', '=', id)
          .where('used_at', 'is', null)
          .where('revoked_at', 'is', null)
          .executeTakeFirst();
        return used.numUpdatedRows > 0n;
      }),
  };
}

/** Nobody else adds one until the end of the transaction. On SQLite the transaction is the lock. */
async function lock(transaction: Kysely<Schema>): Promise<void> {
  if (!(transaction.getExecutor().adapter instanceof PostgresAdapter)) return;
  await sql`LOCK TABLE person_tokens IN SHARE ROW EXCLUSIVE MODE`.execute(transaction);
}

async function mintersOf(person: string, db: Kysely<Schema>): Promise<readonly string[]> {
  const rows = await db
    // UNION leaves out what is there already, so two who minted for each other come to an end.
    .withRecursive('minters(name)', (query) =>
      query
        .selectFrom('person_tokens')
        .select('minted_by as name')
        .where('person', '=', person)
        .union(
          query
            .selectFrom('person_tokens')
            .innerJoin('minters', 'minters.name', 'person_tokens.person')
            .select('person_tokens.minted_by as name'),
        ),
    )
    .selectFrom('minters')
    .select('name')
    .execute();
  return rows.map(({ name }) => name);
}

function toRow(token: PersonToken, secretHash: Uint8Array): TokenRow {
  return {
    id: token.id,
    person: token.person,
    ...assignmentRow(token),
    secret_hash: hashText(secretHash),
    minted_by: token.mintedBy,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    revoked_at: token.revokedAt ?? null,
    ended_at: token.endedAt ?? null,
    once: token.once ? 1 : 0,
    used_at: token.usedAt ?? null,
    break_glass: token.breakGlass ?? null,
  };
}

function fromRow(row: TokenRow): PersonToken {
  return {
    id: row.id as TokenId,
    person: row.person,
    ...storedAssignment(row),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    mintedBy: row.minted_by,
    once: row.once === 1,
    ...(row.used_at !== null && { usedAt: row.used_at }),
    ...(row.break_glass !== null && { breakGlass: row.break_glass }),
  };
}
