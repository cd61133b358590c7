import type { Kysely } from 'kysely';
import type { Failure } from '../../core/codes.ts';
import type { Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import { attemptStore } from '../attempt-store.ts';
import type { Schema } from '../schema.ts';

/** Ends of what ends by itself. */
export interface EndingStore {
  /**
   * Writes as ended every grant, token and console session whose end has come: a clock that is set back later, here or on
   * another replica, revives none of them.
   * @param idle how long a session may go unused
   * @failure store_unavailable
   */
  endDue(now: Instant, idle: Milliseconds): Promise<Result<void, Failure>>;
}

export function createEndingStore(db: Kysely<Schema>): EndingStore {
  return {
    endDue: (now, idle) =>
      attemptStore('end what is over', async () => {
        await db
          .updateTable('grants')
          .set({ ended_at: now })
          .where('ended_at', 'is', null)
          .where('ends_at', '<=', now)
          .execute();
        for (const tokens of ['agent_tokens', 'person_tokens'] as const) {
          await db
            .updateTable(tokens)
            .set({ ended_at: now })
            .where('ended_at', 'is', null)
            .where('expires_at', '<=', now)
            .execute();
        }
        // Its own end where that has come: what is listed as expired was not ended by anybody.
        await db
          .updateTable('console_sessions')
          .set((row) => ({ ended_at: row.ref('expires_at') }))
          .where('ended_at', 'is', null)
          .where('expires_at', '<=', now)
          .execute();
        await db
          .updateTable('console_sessions')
          .set({ ended_at: now })
          .where('ended_at', 'is', null)
          .where('last_seen_at', '<=', now - idle)
          .execute();
      }),
  };
}
