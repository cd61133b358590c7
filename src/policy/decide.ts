import type { Decision, DecisionRequest } from '../core/exchange/decision.ts';
import type { RuleId } from '../core/ids.ts';
import { contentDenial, observedContentDenial } from './content/content-denial.ts';
import { withinScope } from './decision/credential-scope.ts';
import { denied, type Denial } from './decision/denial.ts';
import { decideFiltered } from './decision/filter.ts';
import { floorDenial } from './decision/floors.ts';
import { matchRules, type Matches } from './decision/match-rules.ts';
import { approvalOf, uniteObligations } from './decision/obligations.ts';
import { uniteOriginTls } from './decision/origin-tls.ts';
import type { PreparedRule } from './target/prepared.ts';
import { applyResidency } from './decision/residency.ts';
import { ruleDenial } from './decision/rule-denial.ts';
import { idsOf, weigh, type Scope, type Weighed } from './decision/weigh.ts';
import type { PreparedPolicy } from './target-index.ts';

/**
 * The decision point: what the policy says to a request (contract §4.1). Codes apply in the order of contract §3: address
 * floors, denying rules, no rule, place, content. A permit names the addresses that may be dialled; without addresses it
 * names none. While the content is not known and `contentNeeds()` wants it read, no decision is final.
 */
export function decide(policy: PreparedPolicy, request: DecisionRequest): Decision {
  return decideWithin(policy, request, {
    addresses: request.resource.addresses,
    nameOnly: false,
    unresolved: 'all',
  });
}

/**
 * The same for a name whose addresses will never be known: only name evidence is judged, and conditions on addresses are
 * left out. For the policy's own tests (contract §5); no exchange is decided this way.
 */
export function decideByName(policy: PreparedPolicy, request: DecisionRequest): Decision {
  return decideWithin(policy, request, { addresses: undefined, nameOnly: true, unresolved: 'none' });
}

function decideWithin(policy: PreparedPolicy, request: DecisionRequest, scope: Scope): Decision {
  const weighed = weigh(policy, request, scope);
  const decision = conclude(weighed);
  if (decision.effect !== 'deny' && decision.wouldDeny === undefined) return decision;
  return decideFiltered(weighed, (addresses) => conclude(weigh(policy, request, { ...scope, addresses }))) ?? decision;
}

function conclude(weighed: Weighed): Decision {
  const floor = floorDenial(weighed);
  if (floor !== undefined) return denied(weighed, floor);
  const matches = matchRules(weighed);
  const refused = ruleDenial(weighed, matches);
  if (refused !== undefined && !isOnlyObserved(weighed, refused)) return denied(weighed, refused, matches.denies);
  return passed(weighed, matches, refused ?? observedContentDenial(matches, weighed));
}

/** Observe mode turns what the rules say into "would deny", and nothing else (contract §4.1.10). */
function isOnlyObserved({ request }: Weighed, { code }: Denial): boolean {
  if (request.subject.mode !== 'observe') return false;
  return code === 'denied_by_rule' || code === 'no_rule' || code === 'port_not_allowed';
}

/** The rules would let it pass, or are only observed: the residency floor, the content and the obligations remain. */
function passed(weighed: Weighed, matches: Matches, wouldDeny: Denial | undefined): Decision {
  const residency = applyResidency(weighed, matches.carriers);
  if (residency.kind === 'refused') return denied(weighed, residency.denial);
  const unread = contentDenial(matches, weighed);
  if (unread !== undefined) return denied(weighed, unread.denial, unread.rules);
  const united = uniteObligations(withinScope(requiredBy(matches), weighed));
  if (!united.ok) return denied(weighed, { code: 'obligation_conflict', reason: united.failure });
  // What would be denied is observed, not helped along.
  const tls = uniteOriginTls(weighed, wouldDeny === undefined ? matches.tls : NOTHING);
  if (!tls.ok) return denied(weighed, { code: 'obligation_conflict', reason: tls.failure });
  const { effect, rules } = winnersOf(matches);
  return {
    effect,
    reason: reasonFor(effect, rules),
    rules,
    destinations: idsOf(weighed.destinations),
    obligations: wouldDeny === undefined ? united.value : united.value.filter(({ kind }) => kind !== 'credential'),
    judgement: weighed.judged.judgement,
    namesHost: effect === 'permit' && matches.namesHost,
    ...(residency.kind === 'transfer' && { transfer: residency.transfer }),
    ...(tls.value !== undefined && { tls: tls.value }),
    dial: weighed.addresses?.map(({ address }) => address.text) ?? NOTHING,
    ...(wouldDeny !== undefined && { wouldDeny }),
    policy: weighed.policy.policy.digest,
  };
}

const NOTHING: readonly never[] = [];

function requiredBy({ obligations, asking }: Matches): Matches['obligations'] {
  return asking.length === 0 ? obligations : [...obligations, asking.map(({ rule }) => approvalOf(rule))];
}

function winnersOf({ holds, asking, permits }: Matches): Pick<Decision, 'rules'> & { readonly effect: 'permit' | 'hold' } {
  if (holds.length === 0 && asking.length === 0) return { effect: 'permit', rules: idsOfRules(permits) };
  return { effect: 'hold', rules: idsOfRules(asking.length === 0 ? holds : [...holds, ...asking]) };
}

function idsOfRules(rules: readonly PreparedRule[]): readonly RuleId[] {
  const ids = rules.map(({ rule }) => rule.id);
  return ids.length > 1 ? ids.sort() : ids;
}

function reasonFor(effect: 'permit' | 'hold', rules: readonly RuleId[]): string {
  if (rules.length === 0) return 'Not covered by a permit; the agent is only observed';
  return effect === 'hold' ? `Held by ${rules.join(', ')}` : `Permitted by ${rules.join(', ')}`;
}
