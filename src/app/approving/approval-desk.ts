import type { ApprovalDesk, SeenApproval, Verdict } from '../../admin/access/approval-desk.ts';
import type { Refusal } from '../../admin/problem.ts';
import { decideApproval } from '../../approval/decide-approval.ts';
import { entitlement, type DecisionRefusal } from '../../approval/entitlement.ts';
import { grantOffer } from '../../approval/grants.ts';
import { supportOf } from '../../approval/quorum.ts';
import { weighDecision } from '../../approval/weigh-decision.ts';
import type { Approval } from '../../core/approval/approval.ts';
import type { ApprovalStore, GrantStore } from '../../core/approval/approval-store.ts';
import type { Approver } from '../../core/approval/approver.ts';
import type { PersonTokenStore } from '../../core/people/person-token.ts';
import type { Failure } from '../../core/codes.ts';
import type { ApprovalId, GrantId } from '../../core/ids.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { onRecord } from '../people/on-record.ts';
import { pageInScope } from '../people/page-in-scope.ts';
import { unavailable } from '../people/unavailable.ts';
import { approverOf } from './approver-of.ts';
import { seesApproval, seesGrant, type GrantTerms } from './approval-scope.ts';
import { purgeApprovals } from './purge-approvals.ts';

export interface ApprovalDeskParts extends GrantTerms {
  readonly approvals: ApprovalStore;
  readonly grants: GrantStore;
  readonly personTokens: Pick<PersonTokenStore, 'minters'>;
  readonly newGrantId: () => GrantId;
  readonly record: RecordAdmin;
  readonly clock: Clock;
}

/** Held requests and grants, as people see and decide them. What they decide is on the record before it is done. */
export function createApprovalDesk(parts: ApprovalDeskParts): ApprovalDesk {
  const { approvals, grants, clock } = parts;
  return {
    list: async (query, by) => {
      const page = await pageInScope(
        query,
        (next) => approvals.list(next),
        (approval) => seesApproval(by, approval),
      );
      if (!page.ok) return fail(unavailable(page.failure));
      const approver = await approverOf(by, parts);
      if (!approver.ok) return fail(unavailable(approver.failure));
      const { items, ...rest } = page.value;
      return ok({ ...rest, items: items.map((approval) => seenBy(approval, approver.value, clock.now())) });
    },
    find: async (id, by) => {
      const approval = await find(id, by, parts);
      if (!approval.ok) return approval;
      const approver = await approverOf(by, parts);
      return approver.ok ? ok(seenBy(approval.value, approver.value, clock.now())) : fail(unavailable(approver.failure));
    },
    decide: (id, verdict, by) => decide(id, verdict, by, parts),
    purge: (settledBefore, by) => purgeApprovals(settledBefore, by, parts),
    grants: async (query, by) => {
      const listed = { ...query, now: clock.now() };
      const page = await pageInScope(
        listed,
        (next) => grants.list(next),
        (grant) => seesGrant(by, grant, parts),
      );
      return page.ok ? page : fail(unavailable(page.failure));
    },
    revokeGrant: (id, by) => revokeGrant(id as GrantId, by, parts),
  };
}

async function find(id: string, by: Principal, { approvals }: ApprovalDeskParts): Promise<Result<Approval, Refusal>> {
  const found = await approvals.find(id as ApprovalId);
  if (!found.ok) return fail(unavailable(found.failure));
  // What is out of scope does not exist for this person.
  if (found.value === undefined || !seesApproval(by, found.value)) return fail({ status: 404, detail: 'No such approval' });
  return ok(found.value);
}

async function decide(
  id: string,
  verdict: Verdict,
  by: Principal,
  parts: ApprovalDeskParts,
): Promise<Result<SeenApproval, Refusal>> {
  const { approvals, clock, record, newGrantId } = parts;
  const found = await find(id, by, parts);
  if (!found.ok) return found;
  const made = await approverOf(by, parts);
  if (!made.ok) return fail(unavailable(made.failure));
  const approver = made.value;
  // Weighed first, so that the record is not full of what nobody could have done.
  const weighed = weighDecision(found.value, approver, verdict, clock.now());
  if (!weighed.ok) return fail(refusalOf(weighed.failure));
  const entry = {
    by,
    action: verdict.decision === 'approve' ? ('approval.approved' as const) : ('approval.denied' as const),
    subject: `approval:${found.value.id}`,
    details: {
      agent: found.value.requester.subject,
      rules: found.value.rules.map(({ rule }) => rule),
      reason: verdict.reason,
      ...(verdict.grant !== undefined && { grantMilliseconds: verdict.grant.for }),
    },
  };
  const recorded = await record(entry);
  if (!recorded.ok) return fail(unavailable(recorded.failure));
  const now = clock.now();
  const decided = await decideApproval(approvals, { id: found.value.id, approver, proposed: verdict, now, newGrantId });
  if (decided.ok && decided.value.kind === 'decided') return ok(seenBy(decided.value.approval, approver, now));
  await record({ ...entry, failed: decided.ok ? 'approval_stale' : decided.failure.code });
  if (!decided.ok) return fail(unavailable(decided.failure));
  return fail(
    decided.value.kind === 'refused' ? refusalOf(decided.value.refusal) : { status: 404, detail: 'No such approval' },
  );
}

async function revokeGrant(id: GrantId, by: Principal, parts: ApprovalDeskParts): Promise<Result<void, Refusal>> {
  const { approvals, grants, clock, record } = parts;
  const found = await grants.find(id);
  if (!found.ok) return fail(unavailable(found.failure));
  if (found.value === undefined || !seesGrant(by, found.value, parts)) return fail({ status: 404, detail: 'No such grant' });
  const entry = { by, action: 'grant.revoked', subject: `grant:${id}` } as const;
  const { approval } = found.value;
  const revoke = async (): Promise<Result<boolean, Failure>> => {
    // The pass that was given with it first: under the grant nobody has needed it, and it would outlive it.
    const withdrawn = await approvals.settle(approval, 'cancel', clock.now());
    return withdrawn.ok ? grants.revoke(id, clock.now(), by.person) : withdrawn;
  };
  const revoked = await onRecord(entry, revoke, record);
  return revoked.ok ? ok(undefined) : revoked;
}

function seenBy(approval: Approval, approver: Approver, now: Instant): SeenApproval {
  const mayNot = whyNot(approval, approver, now);
  return {
    approval,
    ...(mayNot !== undefined && { mayNot }),
    support: new Map(approval.rules.map((rule) => [rule.rule, supportOf(rule, approval.decisions).length])),
    offers: approval.rules.flatMap((rule) => {
      const offer = grantOffer(approval, rule);
      return offer === undefined ? [] : [{ rule: rule.rule, max: offer.max, covers: offer.covers }];
    }),
  };
}

/** What keeps this person from deciding; a reason in the right form is taken for granted. */
function whyNot(approval: Approval, approver: Approver, now: Instant): string | undefined {
  const entitled = entitlement(approval, approver);
  if (!entitled.ok) return entitled.failure.detail;
  const weighed = weighDecision(approval, approver, { decision: 'deny', reason: 'a reason' }, now);
  return weighed.ok ? undefined : weighed.failure.detail;
}

const STATUS: Readonly<Record<DecisionRefusal['kind'], Refusal['status']>> = {
  requester: 403,
  role: 403,
  scope: 403,
  'step-up': 403,
  settled: 409,
  repeated: 409,
  reason: 422,
  grant: 422,
};

function refusalOf({ kind, detail }: DecisionRefusal): Refusal {
  return { status: STATUS[kind], detail };
}
