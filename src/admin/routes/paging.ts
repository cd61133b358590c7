import type { Page, PageQuery } from '../../core/page.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { cursorText, parseCursor } from '../contract/cursor.ts';
import type { Refusal } from '../problem.ts';

const USUAL_LIMIT = 50;
const MOST = 200;

/** The page that a query asks for. */
export function pageQuery(query: {
  readonly after?: string | undefined;
  readonly limit?: string | undefined;
}): Result<PageQuery, Refusal> {
  const limit = Math.min(MOST, Number(query.limit ?? USUAL_LIMIT));
  if (query.after === undefined) return ok({ limit });
  const after = parseCursor(query.after);
  return after === undefined
    ? fail({ status: 400, detail: 'after: Found another text than the next of a page' })
    : ok({ limit, after });
}

/** The answer to it. */
export function pageAnswer<T, Item>({ items, next }: Page<T>, itemOf: (one: T) => Item): { items: Item[]; next?: string } {
  return { items: items.map(itemOf), ...(next !== undefined && { next: cursorText(next) }) };
}
