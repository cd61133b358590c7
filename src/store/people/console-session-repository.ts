import type { Kysely } from 'kysely';
import type { ConsoleSessionId, TokenId } from '../../core/ids.ts';
import type { ConsoleSession, ConsoleSessionStore } from '../../core/people/console-session.ts';
import { ok } from '../../core/result.ts';
import { attemptStore } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';
import { assignmentRow, hashBytes, hashText, storedAssignment } from './stored-assignment.ts';

type SessionRow = Schema['console_sessions'] & { readonly token_revoked_at: number | null };

/** Sessions of the console in the database; the same statements on SQLite and PostgreSQL. */
export function createConsoleSessionRepository(db: Kysely<Schema>): ConsoleSessionStore {
  // Joined rather than copied: a token that is revoked ends its sessions in the same instant, on every replica.
  const sessions = () =>
    db
      .selectFrom('console_sessions')
      .leftJoin('person_tokens', 'person_tokens.id', 'console_sessions.token')
      .selectAll('console_sessions')
      .select('person_tokens.revoked_at as token_revoked_at');
  return {
    insert: (session, secretHash) =>
      attemptStore('insert session', async () => {
        await db.insertInto('console_sessions').values(toRow(session, secretHash)).execute();
      }),

    find: (id) =>
      attemptStore('find session', async () => {
        const row = await sessions().where('console_sessions.id', '=', id).executeTakeFirst();
        return row === undefined ? undefined : { session: fromRow(row), secretHash: hashBytes(row.secret_hash) };
      }),

    list: async () => {
      const rows = await attemptStore('list sessions', () =>
        sessions().orderBy('console_sessions.created_at').orderBy('console_sessions.id').execute(),
      );
      return rows.ok ? ok(rows.value.map(fromRow)) : rows;
    },

    touch: (id, at) =>
      attemptStore('use session', async () => {
        await db.updateTable('console_sessions').set({ last_seen_at: at }).where('id', '=', id).execute();
      }),

    excess: (person, most, now) =>
      attemptStore('count sessions', async () => {
        const open = await sessions()
          .where('console_sessions.person', '=', person)
          .where('console_sessions.ended_at', 'is', null)
          .where('console_sessions.expires_at', '>', now)
          .where('person_tokens.revoked_at', 'is', null)
          .orderBy('console_sessions.created_at')
          .orderBy('console_sessions.id')
          .execute();
        return open.slice(0, -most).map(({ id }) => id as ConsoleSessionId);
      }),

    end: (id, at) =>
      attemptStore('end session', async () => {
        await db
          .updateTable('console_sessions')
          .set({ ended_at: at })
          .where('id', '=', id)
          .where('ended_at', 'is', null)
          .execute();
        return (await db.selectFrom('console_sessions').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
      }),

    purge: (before) =>
      attemptStore('remove sessions', async () => {
        await db
          .deleteFrom('console_sessions')
          .where((where) => where.or([where('expires_at', '<', before), where('ended_at', '<', before)]))
          .execute();
      }),
  };
}

function toRow(session: ConsoleSession, secretHash: Uint8Array): Schema['console_sessions'] {
  return {
    id: session.id,
    person: session.person,
    ...assignmentRow(session),
    secret_hash: hashText(secretHash),
    token: session.token ?? null,
    vouched_by: session.vouchedBy,
    auth_time: session.authTime,
    created_at: session.createdAt,
    expires_at: session.expiresAt,
    last_seen_at: session.lastSeenAt,
    ended_at: session.endedAt ?? null,
  };
}

function fromRow(row: SessionRow): ConsoleSession {
  const endedAt = row.ended_at ?? row.token_revoked_at;
  return {
    id: row.id as ConsoleSessionId,
    person: row.person,
    ...storedAssignment(row),
    ...(row.token !== null && { token: row.token as TokenId }),
    vouchedBy: row.vouched_by,
    authTime: row.auth_time,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastSeenAt: row.last_seen_at,
    ...(endedAt !== null && { endedAt }),
  };
}
