import { sql, type SelectQueryBuilder } from 'kysely';
import type { Page, PageQuery } from '../core/page.ts';

/**
 * The rows of a page, newest first, and one more where there is another page. Where the page before ended is compared as a
 * pair, which an index on both columns answers in both databases.
 */
export function newestFirst<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
  { limit, after }: PageQuery,
): SelectQueryBuilder<DB, TB, O> {
  const behind = after && sql<boolean>`(created_at, id) < (${after.createdAt}, ${after.id})`;
  return (behind === undefined ? query : query.where(behind))
    .orderBy(sql`created_at`, 'desc')
    .orderBy(sql`id`, 'desc')
    .limit(limit + 1);
}

/** @param rows of {@link newestFirst} */
export function pageOf<R extends { readonly created_at: number; readonly id: string }, T>(
  rows: readonly R[],
  { limit }: PageQuery,
  fromRow: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items = shown.map(fromRow);
  return rows.length > limit && last !== undefined ? { items, next: { createdAt: last.created_at, id: last.id } } : { items };
}
