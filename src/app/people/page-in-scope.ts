import type { Failure } from '../../core/codes.ts';
import type { ListCursor, Page, PageQuery } from '../../core/page.ts';
import { ok, type Result } from '../../core/result.ts';

/** Pages that are looked through for one answer: who sees next to nothing must not make the store read all of it. */
const MOST_PAGES = 5;

/** A page of what is in scope; shorter than asked for where much is not. */
export async function pageInScope<T extends { readonly createdAt: number; readonly id: string }, Q extends PageQuery>(
  query: Q,
  list: (query: Q) => Promise<Result<Page<T>, Failure>>,
  isInScope: (item: T) => boolean,
): Promise<Result<Page<T>, Failure>> {
  const items: T[] = [];
  let after: ListCursor | undefined = query.after;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await list(after === undefined ? query : { ...query, after });
    if (!page.ok) return page;
    for (const item of page.value.items) {
      if (!isInScope(item)) continue;
      items.push(item);
      if (items.length === query.limit) {
        const isLast = page.value.next === undefined && item === page.value.items.at(-1);
        return ok(isLast ? { items } : { items, next: { createdAt: item.createdAt, id: item.id } });
      }
    }
    after = page.value.next;
    if (after === undefined) return ok({ items });
  }
  return ok({ items, ...(after !== undefined && { next: after }) });
}
