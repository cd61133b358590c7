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

/** Whether a grant is for an agent that is at home in the scope of a role; of an agent that is gone, everybody sees it. */
export function seesGrant(
  { places }: Principal,
  { covers: { subject } }: Grant,
  homeOf: (agent: string) => Home | undefined,
): boolean {
  const home = homeOf(subject);
  return home === undefined || coversHome(places, home);
}
