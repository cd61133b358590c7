import type { Approval, AskedRule } from '../core/approval/approval.ts';
import type { ApproverDecision } from '../core/approval/approver.ts';
import type { Grant, GrantCover } from '../core/approval/grant.ts';
import type { GrantId, GrantScope } from '../core/ids.ts';
import type { Instant, Milliseconds } from '../core/units.ts';
import { isRequester, type Requesters } from './entitlement.ts';
import { supportOf } from './quorum.ts';

/** What an approver may give, to be shown before it is given. */
export interface GrantOffer {
  readonly covers: GrantCover;
  readonly scope: GrantScope;
  /** Longest time that it can be given for; what is asked for beyond it is cut to it. */
  readonly max: Milliseconds;
}

/**
 * The grant that a rule allows for this request; undefined where it allows none, and where the content was not looked through:
 * a grant over entities that nobody knows of would cover all of them.
 */
export function grantOffer({ requester, request }: Approval, { rule, grant }: AskedRule): GrantOffer | undefined {
  const { findings } = request;
  if (grant === undefined || findings === undefined) return undefined;
  const entities = Object.keys(findings)
    .filter((entity) => findings[entity]! > 0)
    .sort();
  const { method, origin, places } = request;
  const covers = { subject: requester.subject, rule, method, origin, path: grant.path, places, entities };
  return { covers, scope: grant.scope, max: grant.max };
}

/**
 * The grants that the decisions of an approved request give: one for each rule all of whose approvals ask for one, until the
 * shortest time that any of them asks for. All end at one instant each, counted from the decision that was the last needed.
 */
export function grantsOf(
  approval: Approval,
  decisions: readonly ApproverDecision[],
  at: Instant,
  newId: () => GrantId,
): readonly Grant[] {
  return approval.rules.flatMap((rule) => {
    const offer = grantOffer(approval, rule);
    const support = supportOf(rule, decisions);
    const lasts = shortest(support);
    if (offer === undefined || lasts === undefined) return [];
    const endsAt = at + Math.min(lasts, offer.max);
    const by = support.map(({ person }) => person);
    const vouchedBy = support.flatMap((decision) => decision.vouchedBy ?? []);
    const given = { id: newId(), approval: approval.id, covers: offer.covers, scope: offer.scope, by, createdAt: at, endsAt };
    return [{ ...given, ...(vouchedBy.length > 0 && { vouchedBy }) }];
  });
}

/** Undefined where somebody approved this once only, or nobody did. */
function shortest(support: readonly ApproverDecision[]): Milliseconds | undefined {
  const times = support.map(({ grant }) => grant?.for ?? 0);
  const least = Math.min(...times);
  return times.length > 0 && least > 0 ? least : undefined;
}

/** A later request, as a grant sees it. */
export interface GrantedRequest {
  readonly scope: GrantScope;
  /** Kinds of entities found in it; undefined where nobody looked. */
  readonly entities: ReadonlySet<string> | undefined;
  readonly requesters: Requesters;
}

/** Whether a grant lets a request pass its rule. What is not known is not covered, nor is what its givers ask for, or who vouches for them. */
export function covers(grant: Grant, request: GrantedRequest, now: Instant): boolean {
  if (grant.scope !== request.scope || request.entities === undefined) return false;
  if (grant.revoked !== undefined || grant.endedAt !== undefined) return false;
  // Before its beginning too: a clock that was set back does not make it longer.
  if (!(now >= grant.createdAt && now < grant.endsAt)) return false;
  if ([...grant.by, ...(grant.vouchedBy ?? [])].some((person) => isRequester(request.requesters, person))) return false;
  const granted = new Set(grant.covers.entities);
  return [...request.entities].every((entity) => granted.has(entity));
}
