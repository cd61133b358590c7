import type { Approval, AskedRule, Requester } from '../core/approval/approval.ts';
import type { Approver, ApproverDecision } from '../core/approval/approver.ts';
import { coversHome } from '../core/people/covers-home.ts';
import { fail, ok, type Result } from '../core/result.ts';

/** Why a decision is not taken. The first four say that this person may not decide; nothing of the request is in them. */
export interface DecisionRefusal {
  readonly kind: 'requester' | 'role' | 'scope' | 'step-up' | 'reason' | 'grant' | 'settled' | 'repeated';
  /** One sentence for the person. */
  readonly detail: string;
}

const STEP_UP =
  'Sign in again to decide on this request: within five minutes before, through your identity provider or with a token that was made in them';

/** The rules that a person decides on, or why it may decide on none. */
export function entitlement(approval: Approval, approver: Approver): Result<readonly AskedRule[], DecisionRefusal> {
  if (approver.role !== 'approver') return refuse('role', `A ${approver.role} decides on no request`);
  if (isOfRequester(approval.requester, approver)) {
    return refuse(
      'requester',
      'Owners of the agent and who minted its token are requesters: neither they nor those whom they vouch for decide',
    );
  }
  if (!coversHome(approver.places, approval.requester.home)) {
    return refuse('scope', `Your role covers ${approver.places.label}, not all of where this agent is at home`);
  }
  const inGroup = approval.rules.filter((rule) => asksFor(rule, approver));
  if (inGroup.length === 0) return refuse('scope', 'None of the rules asks for a group of yours');
  const entitled = inGroup.filter((rule) => approver.hasSteppedUp || !rule.stepUp);
  return entitled.length === 0 ? refuse('step-up', STEP_UP) : ok(entitled);
}

/** Whom a request is answered for by: nobody of them lets it pass. */
export type Requesters = Pick<Requester, 'owners' | 'minter'>;

/** Compared character by character: names are made canonical where they come in, not here. */
export function isRequester({ owners, minter }: Requesters, person: string): boolean {
  return owners.includes(person) || minter === person;
}

/** Whether somebody is a requester, or one whom a requester vouches for, through others too. */
export function isOfRequester(
  requesters: Requesters,
  { person, vouchedBy = [] }: Pick<ApproverDecision, 'person' | 'vouchedBy'>,
): boolean {
  return [person, vouchedBy].flat().some((name) => isRequester(requesters, name));
}

function asksFor({ by }: AskedRule, { groups }: Approver): boolean {
  return by.some((group) => groups.includes(group));
}

export function refuse(kind: DecisionRefusal['kind'], detail: string): Result<never, DecisionRefusal> {
  return fail({ kind, detail });
}
