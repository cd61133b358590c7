import type { Approval } from '../../core/approval/approval.ts';
import type { Grant } from '../../core/approval/grant.ts';
import { coversHome } from '../../core/people/covers-home.ts';
import type { Principal } from '../../core/people/principal.ts';

type Home = Approval['requester']['home'];

/** Whether a request is in the scope of a role: of an agent that is at home there, and asked of a group of it. */
export function seesApproval({ places, groups }: Principal, { requester, rules }: Approval): boolean {
  const isAsked = groups.length === 0 || rules.some(({ by }) => by.some((group) => groups.includes(group)));
  return isAsked && coversHome(places, requester.home);
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
  return isAsked && (home === undefined || coversHome(places, home));
}
