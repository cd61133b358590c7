import type { Approval } from '../../core/approval/approval.ts';
import type { ListCursor, ListQuery, Page } from '../../core/approval/approval-store.ts';
import type { Grant } from '../../core/approval/grant.ts';
import type { Failure } from '../../core/codes.ts';
import type { Principal } from '../../core/people/principal.ts';
import { ok, type Result } from '../../core/result.ts';

type Home = Approval['requester']['home'];

/** Whether a request is in the scope of a role: of an agent that is at home there, and asked of a group of it. */
export function seesApproval({ places, groups }: Principal, { requester, rules }: Approval): boolean {
  const isAsked = groups.length === 0 || rules.some(({ by }) => by.some((group) => groups.includes(group)));
  return isAsked && covers(places, requester.home);
}

/** What the policy in force says of what a grant is for; undefined where it says nothing any more. */
export interface GrantTerms {
  homeOf(agent: string): Home | undefined;
  /** Groups that the rule asks. */
  groupsOf(rule: string): readonly string[] | undefined;
}

/**
 * Whether a grant is in the scope of a role: for an agent that is at home there, from a rule that asks a group of it. Of an
 * agent or a rule that is gone, it covers nothing, and everybody sees it.
 */
export function seesGrant({ places, groups }: Principal, { covers: { subject, rule } }: Grant, terms: GrantTerms): boolean {
  const home = terms.homeOf(subject);
  const asked = terms.groupsOf(rule);
  const isAsked = groups.length === 0 || asked === undefined || asked.some((group) => groups.includes(group));
  return isAsked && (home === undefined || covers(places, home));
}

function covers(places: Principal['places'], home: Home): boolean {
  return places.any || (!home.any && home.countries.isSubsetOf(places.countries));
}

/** Pages that are looked through for one answer: who sees next to nothing must not make the store read all of it. */
const MOST_PAGES = 5;

/** A page of what is in scope; shorter than asked for where much is not. */
export async function pageInScope<T extends { readonly createdAt: number; readonly id: string }, Q extends ListQuery<string>>(
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
