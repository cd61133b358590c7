import type { Kysely, UpdateQueryBuilder, UpdateResult } from 'kysely';
import { isFinal, TRANSITIONS, type ApprovalEvent } from '../../core/approval/transitions.ts';
import type { Instant } from '../../core/units.ts';
import type { Schema } from '../schema.ts';

/** The one way in which a state changes: only from where the table of transitions lets the event happen, by one statement. */
export function changeState(
  db: Kysely<Schema>,
  event: ApprovalEvent,
  at: Instant,
): UpdateQueryBuilder<Schema, 'approvals', 'approvals', UpdateResult> {
  const { from, to } = TRANSITIONS[event];
  return db
    .updateTable('approvals')
    .set((row) => ({ state: to, revision: row('revision', '+', 1), ...(isFinal(to) && { settled_at: at }) }))
    .where('state', 'in', from);
}
