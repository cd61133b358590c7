import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** Removes these rows, as far as they are still there; yields how many were. */
export async function removeRows(
  db: Kysely<Schema>,
  table: 'approvals' | 'grants',
  rows: readonly { readonly id: string }[],
): Promise<number> {
  if (rows.length === 0) return 0;
  // In one order wherever it is done: two replicas that lock the same rows in two orders would wait for each other.
  const ids = rows.map(({ id }) => id).sort();
  const removed = await db.deleteFrom(table).where('id', 'in', ids).executeTakeFirst();
  return Number(removed.numDeletedRows);
}
