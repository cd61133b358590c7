import type { Approval, AskedRule } from '../core/approval/approval.ts';
import type { DecidedChange } from '../core/approval/approval-store.ts';
import { LONGEST_REASON, type Approver, type ApproverDecision } from '../core/approval/approver.ts';
import { transition } from '../core/approval/transitions.ts';
import { ok, type Result } from '../core/result.ts';
import type { Instant, Milliseconds } from '../core/units.ts';
import { entitlement, refuse, type DecisionRefusal } from './entitlement.ts';
import { isSatisfied } from './quorum.ts';

/** What a person wants to happen. */
export interface ProposedDecision {
  readonly decision: 'approve' | 'deny';
  readonly reason: string;
  readonly grant?: { readonly for: Milliseconds };
}

/** What a decision changes, before grants are made of it. */
export type WeighedDecision = Omit<DecidedChange, 'grants'>;

/**
 * What follows when this person decides so at this time. Whether the person may comes first, so that nobody else learns how
 * the request stands.
 */
export function weighDecision(
  approval: Approval,
  approver: Approver,
  proposed: ProposedDecision,
  now: Instant,
): Result<WeighedDecision, DecisionRefusal> {
  const entitled = entitlement(approval, approver);
  if (!entitled.ok) return entitled;
  const refused = refuseProposal(proposed, entitled.value) ?? refuseNow(approval, approver, proposed, now);
  if (refused !== undefined) return refused;
  const decisions = [...approval.decisions, toDecision(approver, proposed, now)];
  return ok({
    id: approval.id,
    revision: approval.revision,
    event: eventOf(proposed, approval, decisions),
    decisions,
    at: now,
  });
}

type Refused = Result<never, DecisionRefusal> | undefined;

function refuseProposal({ decision, reason, grant }: ProposedDecision, entitled: readonly AskedRule[]): Refused {
  if (reason.trim() === '') return refuse('reason', 'Say why: a decision needs a reason');
  if (reason.length > LONGEST_REASON) return refuse('reason', `Found a reason longer than ${LONGEST_REASON} characters`);
  if (grant === undefined) return undefined;
  if (decision === 'deny') return refuse('grant', 'A denial gives no grant');
  if (!(grant.for > 0)) return refuse('grant', 'Found no time for the grant, expected one longer than 0');
  if (entitled.some((rule) => rule.grant !== undefined)) return undefined;
  return refuse('grant', 'No rule that you decide on allows a grant for this request');
}

function refuseNow(approval: Approval, { person }: Approver, { decision }: ProposedDecision, now: Instant): Refused {
  const open = transition(approval.state, decision);
  if (!open.ok) return refuse('settled', open.failure);
  // Written so that a time that is no number does not pass.
  if (!(now < approval.expiresAt)) return refuse('settled', 'The time to decide on this request is over');
  const hasApproved = approval.decisions.some((earlier) => earlier.person === person);
  // Who approved may still deny while others are asked; to approve twice adds nothing.
  return decision === 'approve' && hasApproved ? refuse('repeated', 'You have approved this request already') : undefined;
}

function toDecision(approver: Approver, { decision, reason, grant }: ProposedDecision, at: Instant): ApproverDecision {
  const { person, vouchedBy, groups, places, hasSteppedUp } = approver;
  const given = { person, groups, places: places.label, hasSteppedUp, decision, reason: reason.trim(), at };
  return { ...given, ...(vouchedBy !== undefined && { vouchedBy }), ...(grant !== undefined && { grant }) };
}

function eventOf(
  { decision }: ProposedDecision,
  { rules }: Approval,
  decisions: readonly ApproverDecision[],
): WeighedDecision['event'] {
  if (decision === 'deny') return 'deny';
  return isSatisfied(rules, decisions) ? 'approve' : 'support';
}
