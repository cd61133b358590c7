import type { Kysely } from 'kysely';
import type { AgentId } from '../../core/ids.ts';
import type { StoppedAgentStore } from '../../core/stopped-agent.ts';
import { attemptStore } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';

/** Stopped agents in the database; the same statements on SQLite and PostgreSQL. */
export function createStoppedAgentRepository(db: Kysely<Schema>): StoppedAgentStore {
  return {
    list: () =>
      attemptStore('list stopped agents', async () => {
        const rows = await db.selectFrom('stopped_agents').selectAll().orderBy('agent').execute();
        return rows.map(({ agent, stopped_at: at, stopped_by: by, reason }) => ({
          agent: agent as AgentId,
          at,
          by,
          ...(reason !== null && { reason }),
        }));
      }),

    stop: ({ agent, at, by, reason = null }) =>
      attemptStore('stop an agent', async () => {
        const inserted = await db
          .insertInto('stopped_agents')
          .values({ agent, stopped_at: at, stopped_by: by, reason })
          .onConflict((conflict) => conflict.column('agent').doNothing())
          .executeTakeFirst();
        return inserted.numInsertedOrUpdatedRows === 1n;
      }),

    resume: (agent) =>
      attemptStore('let an agent go on', async () => {
        const removed = await db.deleteFrom('stopped_agents').where('agent', '=', agent).executeTakeFirst();
        return removed.numDeletedRows === 1n;
      }),
  };
}
