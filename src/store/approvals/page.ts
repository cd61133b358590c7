import { sql, type RawBuilder } from 'kysely';
import type { ListCursor, Page } from '../../core/approval/approval-store.ts';

/** Rows behind the cursor, newest first: compared as a pair, which an index on both columns answers in both databases. */
export function isBehind({ createdAt, id }: ListCursor): RawBuilder<boolean> {
  return sql<boolean>`(created_at, id) < (${createdAt}, ${id})`;
}

/** @param rows up to one more than `limit` */
export function pageOf<R extends { readonly created_at: number; readonly id: string }, T>(
  rows: readonly R[],
  limit: number,
  fromRow: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items = shown.map(fromRow);
  return rows.length > limit && last !== undefined ? { items, next: { createdAt: last.created_at, id: last.id } } : { items };
}
