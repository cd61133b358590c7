import type { Approval } from '../core/approval/approval.ts';
import type { ApprovalStore } from '../core/approval/approval-store.ts';
import type { Approver } from '../core/approval/approver.ts';
import type { Failure } from '../core/codes.ts';
import type { ApprovalId, GrantId } from '../core/ids.ts';
import { ok, type Result } from '../core/result.ts';
import type { Instant } from '../core/units.ts';
import type { DecisionRefusal } from './entitlement.ts';
import { grantsOf } from './grants.ts';
import { weighDecision, type ProposedDecision } from './weigh-decision.ts';

/** What a person does about one approval, and with what it is done. */
export interface DecisionCase {
  readonly id: ApprovalId;
  readonly approver: Approver;
  readonly proposed: ProposedDecision;
  readonly now: Instant;
  readonly newGrantId: () => GrantId;
}

export type DecisionOutcome =
  | { readonly kind: 'decided'; readonly approval: Approval }
  | { readonly kind: 'refused'; readonly refusal: DecisionRefusal }
  | { readonly kind: 'missing' };

/**
 * Records what a person decided, on whichever replica. Each attempt weighs the approval as it is stored now; one that was
 * overtaken weighs again, and ends at the latest when those who overtake it have settled the approval.
 * @failure store_unavailable
 */
export async function decideApproval(store: ApprovalStore, decided: DecisionCase): Promise<Result<DecisionOutcome, Failure>> {
  for (;;) {
    const found = await store.find(decided.id);
    if (!found.ok) return found;
    const attempt = await attemptDecision(store, decided, found.value);
    if (!attempt.ok) return attempt;
    if (attempt.value !== 'conflict') return ok(attempt.value);
  }
}

async function attemptDecision(
  store: ApprovalStore,
  { approver, proposed, now, newGrantId }: DecisionCase,
  approval: Approval | undefined,
): Promise<Result<DecisionOutcome | 'conflict', Failure>> {
  if (approval === undefined) return ok({ kind: 'missing' });
  const weighed = weighDecision(approval, approver, proposed, now);
  if (!weighed.ok) return refused(store, approval.id, weighed.failure, now);
  const { event, decisions, at } = weighed.value;
  const grants = event === 'approve' ? grantsOf(approval, decisions, at, newGrantId) : [];
  const stored = await store.decide({ ...weighed.value, grants });
  if (!stored.ok) return stored;
  if (stored.value === 'conflict') return ok('conflict');
  const after = await store.find(approval.id);
  if (!after.ok) return after;
  return ok(after.value === undefined ? { kind: 'missing' } : { kind: 'decided', approval: after.value });
}

/** Who comes too late makes sure that it stays too late, even if the clock is set back. */
async function refused(
  store: ApprovalStore,
  id: ApprovalId,
  refusal: DecisionRefusal,
  now: Instant,
): Promise<Result<DecisionOutcome, Failure>> {
  if (refusal.kind === 'settled') {
    const expired = await store.expireDue(now, id);
    if (!expired.ok) return expired;
  }
  return ok({ kind: 'refused', refusal });
}
