import type { Approval } from '../../core/approval/approval.ts';
import type { GrantState } from '../../core/approval/approval-store.ts';
import type { ApproverDecision } from '../../core/approval/approver.ts';
import type { Grant, GrantCover } from '../../core/approval/grant.ts';
import type { Instant } from '../../core/units.ts';
import { instantText } from '../../core/time-text.ts';
import type { SeenApproval } from '../access/approval-desk.ts';
import type { ApprovalAnswer, ApprovalSummary, GrantItem } from './approvals.ts';

/** An approval as lists show it. */
export function approvalSummary({ approval, support }: SeenApproval): ApprovalSummary {
  const { id, state, requester, request, rules, createdAt, expiresAt, settledAt } = approval;
  const { method, target, origin, mediaType, size, places, transfer, findings, unmasked } = request;
  return {
    id,
    state,
    agent: requester.subject,
    home: requester.home.label,
    owners: [...requester.owners],
    ...(requester.reason !== undefined && { reason: requester.reason }),
    method,
    target,
    origin,
    ...(mediaType !== undefined && { mediaType }),
    ...(size !== undefined && { size }),
    places: { ...places },
    ...(transfer !== undefined && { transfer: { ...transfer } }),
    ...(findings !== undefined && { findings: { ...findings } }),
    ...(unmasked !== undefined && { unmasked: [...unmasked] }),
    rules: rules.map(({ rule, by, quorum, stepUp }) => ({
      rule,
      by: [...by],
      quorum,
      approvals: support.get(rule) ?? 0,
      stepUp,
    })),
    createdAt: instantText(createdAt),
    expiresAt: instantText(expiresAt),
    ...(settledAt !== undefined && { settledAt: instantText(settledAt) }),
  };
}

/** An approval, whole, for one person. */
export function approvalAnswer(seen: SeenApproval): ApprovalAnswer {
  const { approval, mayNot, offers } = seen;
  const { requester, request, decisions } = approval;
  return {
    ...approvalSummary(seen),
    ...(requester.minter !== undefined && { minter: requester.minter }),
    ...(request.fields !== undefined && { fields: request.fields.map(([name, value]) => ({ name, value })) }),
    evidence: [...request.evidence],
    ...(request.countries !== undefined && { countries: countriesOf(requester.home, request.countries) }),
    ...(request.preview !== undefined && { preview: request.preview }),
    ...(request.previewCut === true && { previewCut: true }),
    decisions: decisions.map(decisionItem),
    ...(mayNot !== undefined && { mayNot }),
    offers: offers.map(({ rule, max, covers }) => ({ rule, max, covers: coversItem(covers) })),
  };
}

function countriesOf(
  home: Approval['requester']['home'],
  places: NonNullable<Approval['request']['countries']>,
): NonNullable<ApprovalAnswer['countries']> {
  const ofPlaces = Object.entries(places).map(([facet, codes]) => [facet, [...codes]] as const);
  return { ...(!home.any && { home: home.countries.toArray() }), ...Object.fromEntries(ofPlaces) };
}

function decisionItem({ person, groups, decision, reason, at, grant }: ApproverDecision): ApprovalAnswer['decisions'][number] {
  return {
    person,
    groups: [...groups],
    decision,
    reason,
    at: instantText(at),
    ...(grant !== undefined && { grantFor: grant.for }),
  };
}

export function grantItem(grant: Grant, now: Instant): GrantItem {
  const { id, approval, covers, by, createdAt, endsAt, revoked } = grant;
  return {
    id,
    state: grantState(grant, now),
    approval,
    covers: coversItem(covers),
    by: [...by],
    createdAt: instantText(createdAt),
    endsAt: instantText(endsAt),
    ...(revoked !== undefined && { revokedAt: instantText(revoked.at), revokedBy: revoked.by }),
  };
}

function grantState({ revoked, endedAt, endsAt }: Grant, now: Instant): GrantState {
  if (revoked !== undefined) return 'revoked';
  return endedAt === undefined && now < endsAt ? 'active' : 'ended';
}

function coversItem({ subject, rule, method, origin, path, places, entities }: GrantCover): GrantItem['covers'] {
  return { subject, rule, method, origin, path, places: { ...places }, entities: [...entities] };
}
