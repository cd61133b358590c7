import type { Kysely } from 'kysely';
import type { Workload } from '../../core/agent.ts';
import type { AgentId, TokenId } from '../../core/ids.ts';
import type { AgentToken, TokenStore } from '../../core/ports.ts';
import { ok } from '../../core/result.ts';
import { attemptStore } from '../attempt-store.ts';
import { newestFirst, pageOf } from '../page.ts';
import type { Schema } from '../schema.ts';

type TokenRow = Schema['agent_tokens'];

/** Agent tokens in the database; the same statements on SQLite and PostgreSQL. */
export function createTokenRepository(db: Kysely<Schema>): TokenStore {
  return {
    insert: (token, secretHash) =>
      attemptStore('insert token', async () => {
        await db.insertInto('agent_tokens').values(toRow(token, secretHash)).execute();
      }),

    find: (id) =>
      attemptStore('find token', async () => {
        const row = await db.selectFrom('agent_tokens').selectAll().where('id', '=', id).executeTakeFirst();
        return row === undefined
          ? undefined
          : { token: fromRow(row), secretHash: Uint8Array.from(Buffer.from(row.secret_hash, 'hex')) };
      }),

    list: async () => {
      const rows = await attemptStore('list tokens', () =>
        db.selectFrom('agent_tokens').selectAll().orderBy('created_at').orderBy('id').execute(),
      );
      return rows.ok ? ok(rows.value.map(fromRow)) : rows;
    },

    page: (query) =>
      attemptStore('list tokens', async () => {
        const rows = await newestFirst(db.selectFrom('agent_tokens').selectAll(), query).execute();
        return pageOf(rows, query, fromRow);
      }),

    revoke: (id, at) =>
      attemptStore('revoke token', async () => {
        // The first revocation stands: its time is evidence.
        const first = await db
          .updateTable('agent_tokens')
          .set({ revoked_at: at })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .executeTakeFirst();
        if (first.numUpdatedRows > 0n) return true;
        const known = await db.selectFrom('agent_tokens').select('id').where('id', '=', id).executeTakeFirst();
        return known !== undefined;
      }),
  };
}

function toRow(token: AgentToken, secretHash: Uint8Array): TokenRow {
  return {
    id: token.id,
    agent: token.agent,
    secret_hash: Buffer.from(secretHash).toString('hex'),
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    revoked_at: token.revokedAt ?? null,
    ended_at: token.endedAt ?? null,
    minted_by: token.mintedBy ?? null,
    workload: token.workload === undefined ? null : JSON.stringify(token.workload),
    session: token.session ?? null,
  };
}

function fromRow(row: TokenRow): AgentToken {
  return {
    id: row.id as TokenId,
    agent: row.agent as AgentId,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.minted_by !== null && { mintedBy: row.minted_by }),
    ...(row.workload !== null && { workload: JSON.parse(row.workload) as Workload }),
    ...(row.session !== null && { session: row.session }),
  };
}
