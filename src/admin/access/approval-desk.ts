import type { Approval } from '../../core/approval/approval.ts';
import type { GrantState, ListQuery } from '../../core/approval/approval-store.ts';
import type { ApprovalState } from '../../core/approval/transitions.ts';
import type { Grant, GrantCover } from '../../core/approval/grant.ts';
import type { RuleId } from '../../core/ids.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Page } from '../../core/page.ts';
import type { Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import type { Refusal } from '../problem.ts';

/** An approval as one person sees it. */
export interface SeenApproval {
  readonly approval: Approval;
  /** Why this person cannot decide on it now; absent where it can. */
  readonly mayNot?: string;
  /** By rule: how many persons have approved for it. */
  readonly support: ReadonlyMap<RuleId, number>;
  /** Grants that its rules allow, shown before they are given. */
  readonly offers: readonly { readonly rule: RuleId; readonly max: Milliseconds; readonly covers: GrantCover }[];
}

/** What a person decides. */
export interface Verdict {
  readonly decision: 'approve' | 'deny';
  readonly reason: string;
  readonly grant?: { readonly for: Milliseconds };
}

/** Held requests and grants, within the scope of who asks; given by `app`, which puts what people decide on the record. */
export interface ApprovalDesk {
  list(query: ListQuery<ApprovalState>, by: Principal): Promise<Result<Page<SeenApproval>, Refusal>>;
  find(id: string, by: Principal): Promise<Result<SeenApproval, Refusal>>;
  decide(id: string, verdict: Verdict, by: Principal): Promise<Result<SeenApproval, Refusal>>;
  /** Forgets those that came to their end before; yields how many. */
  purge(settledBefore: Instant, by: Principal): Promise<Result<number, Refusal>>;
  grants(query: ListQuery<GrantState>, by: Principal): Promise<Result<Page<Grant>, Refusal>>;
  revokeGrant(id: string, by: Principal): Promise<Result<void, Refusal>>;
}
