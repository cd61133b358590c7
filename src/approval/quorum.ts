import type { AskedRule } from '../core/approval/approval.ts';
import type { ApproverDecision } from '../core/approval/approver.ts';

/**
 * The approvals that count for a rule, one for each person however many groups it is in. A person in groups of several rules
 * counts for each of them.
 */
export function supportOf(rule: AskedRule, decisions: readonly ApproverDecision[]): readonly ApproverDecision[] {
  const byPerson = new Map<string, ApproverDecision>();
  for (const decision of decisions) {
    if (countsFor(rule, decision) && !byPerson.has(decision.person)) byPerson.set(decision.person, decision);
  }
  return [...byPerson.values()];
}

/** Whether every rule has as many distinct persons as it asks for; never, where nothing is asked for. */
export function isSatisfied(rules: readonly AskedRule[], decisions: readonly ApproverDecision[]): boolean {
  return rules.length > 0 && rules.every((rule) => supportOf(rule, decisions).length >= Math.max(1, rule.quorum));
}

function countsFor({ by, stepUp }: AskedRule, { decision, groups, hasSteppedUp }: ApproverDecision): boolean {
  return decision === 'approve' && (hasSteppedUp || !stepUp) && groups.some((group) => by.includes(group));
}
