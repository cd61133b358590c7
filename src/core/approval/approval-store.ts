import type { Failure } from '../codes.ts';
import type { ApprovalId, Fingerprint, GrantId, GrantScope } from '../ids.ts';
import type { Page, PageQuery } from '../page.ts';
import type { Result } from '../result.ts';
import type { Instant } from '../units.ts';
import type { Approval, ApprovalQuestion } from './approval.ts';
import type { ApproverDecision } from './approver.ts';
import type { Grant } from './grant.ts';
import type { ApprovalEvent, ApprovalState } from './transitions.ts';

/**
 * Approvals, shared by all replicas. Every change is compared with what is stored, in one step: of several that exclude each
 * other exactly one happens. All methods: @failure store_unavailable
 */
export interface ApprovalStore {
  /**
   * Asks, or attaches to the approval with the same fingerprint that is pending, approved or denied and whose deadline has not
   * come. A denial answers for all that ask the same until then; what has passed is asked anew.
   * @failure overloaded when the subject waits for as many as it may
   */
  ask(question: ApprovalQuestion, now: Instant): Promise<Result<AskedApproval, Failure>>;
  find(id: ApprovalId): Promise<Result<Approval | undefined, Failure>>;
  /** Which of these are at another revision than was seen, or gone: cheaper than to find them, for those who wait. */
  changedSince(seen: ReadonlyMap<ApprovalId, number>): Promise<Result<readonly ApprovalId[], Failure>>;
  /** Newest first. */
  list(query: ListQuery<ApprovalState>): Promise<Result<Page<Approval>, Failure>>;
  /** Adds a decision to the revision it was made on, with all that follows from it; `conflict` where that is no longer it. */
  decide(change: DecidedChange): Promise<Result<'decided' | 'conflict', Failure>>;
  /** Takes the pass: true for exactly one caller, and only before the deadline and for the fingerprint that was approved. */
  take(id: ApprovalId, fingerprint: Fingerprint, now: Instant): Promise<Result<boolean, Failure>>;
  /** Ends one that is pending or approved without a decision; false where it was final already. */
  settle(id: ApprovalId, event: 'outdate' | 'cancel', now: Instant): Promise<Result<boolean, Failure>>;
  /** Withdraws all of this agent that are pending or approved; yields which. */
  cancelOf(subject: string, now: Instant): Promise<Result<readonly ApprovalId[], Failure>>;
  /** Ends all whose deadline has come, or this one if it has, for good; yields which. */
  expireDue(now: Instant, only?: ApprovalId): Promise<Result<readonly ApprovalId[], Failure>>;
  /**
   * Forgets of those that came to their end before, the first of them first, at most so many; yields how many. A denial stays
   * until its deadline, since it answers for the same request until then.
   */
  purge(settledBefore: Instant, now: Instant, most: number): Promise<Result<number, Failure>>;
}

/** Grants, shared by all replicas. All methods: @failure store_unavailable */
export interface GrantStore {
  find(id: GrantId): Promise<Result<Grant | undefined, Failure>>;
  insert(grant: Grant): Promise<Result<void, Failure>>;
  /** Newest first; `ended` ones were not revoked. */
  list(query: ListQuery<GrantState> & { readonly now: Instant }): Promise<Result<Page<Grant>, Failure>>;
  /** The first revocation stands; false where there is no such grant. */
  revoke(id: GrantId, at: Instant, by: string): Promise<Result<boolean, Failure>>;
  /** Those with one of these scopes that are in force at `now`. What they cover is to be checked with `covers()`. */
  matching(scopes: readonly GrantScope[], now: Instant): Promise<Result<readonly Grant[], Failure>>;
  /** Forgets of those whose end came before, the first of them first, at most so many; yields how many. */
  purge(endedBefore: Instant, most: number): Promise<Result<number, Failure>>;
}

export interface AskedApproval {
  readonly approval: Approval;
  /** Somebody had asked the same before. */
  readonly isAttached: boolean;
}

/** What a decision changes. */
export interface DecidedChange {
  readonly id: ApprovalId;
  /** Of the approval that was decided on. */
  readonly revision: number;
  readonly event: Extract<ApprovalEvent, 'support' | 'approve' | 'deny'>;
  /** All of them, the new one last. */
  readonly decisions: readonly ApproverDecision[];
  /** Stored in the same step. */
  readonly grants: readonly Grant[];
  readonly at: Instant;
}

export type GrantState = 'active' | 'ended' | 'revoked';

export interface ListQuery<State> extends PageQuery {
  /** Absent: all. */
  readonly state?: State;
}
