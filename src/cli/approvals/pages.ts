import { fail, ok, type Result } from '../../core/result.ts';
import type { AdminApi } from '../api/admin-api.ts';
import type { ApiFailure } from '../api/api-failure.ts';

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** As many as the API gives at once. */
const PAGE = 200;

/** Page after page of a list, newest first, until so many items are there; `next` says that there are more. */
export async function listPages<T>(
  api: AdminApi,
  path: '/v1/approvals' | '/v1/grants',
  { state, most }: { readonly state?: string | undefined; readonly most: number },
): Promise<Result<Page<T>, ApiFailure>> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(Math.min(PAGE, most - items.length)) });
    if (state !== undefined) query.set('state', state);
    if (next !== undefined) query.set('after', next);
    const page = await api.get<Page<T>>(`${path}?${query.toString()}`);
    if (!page.ok) return fail(page.failure);
    items.push(...page.value.items);
    ({ next } = page.value);
  } while (next !== undefined && items.length < most);
  return ok({ items, ...(next !== undefined && { next }) });
}
