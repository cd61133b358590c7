import type { ContentFacts, Decision, DecisionRequest } from '../core/exchange/decision.ts';
import { decide } from './decide.ts';
import { describeDestination } from './target/describe-destination.ts';
import { describeJudgement, type JudgementInWords } from './place/describe-judgement.ts';
import { isSeenAsAsked, matchesBesidePort } from './decision/match-rules.ts';
import type { PreparedDestination, PreparedRule } from './target/prepared.ts';
import { matchesHosts, matchesPort, type Stance } from './target/covers-target.ts';
import { weigh, type Weighed } from './decision/weigh.ts';
import type { PreparedPolicy } from './target-index.ts';
import { or, type Tri } from './tri.ts';

/** A decision with everything that led to it, made of plain data: `JSON.stringify` shows all of it. */
export interface Explanation {
  readonly decision: Omit<Decision, 'judgement'>;
  readonly judgement: JudgementInWords;
  /** Every rule of the policy, in its order. */
  readonly rules: readonly ExplainedRule[];
  /** How often entities were found in the content; absent where it was not read. Values themselves are nowhere. */
  readonly findings?: Readonly<Record<string, number>>;
}

/** One rule beside the request. */
export interface ExplainedRule {
  readonly id: string;
  /** `file:line:column` */
  readonly at: string;
  readonly effect: 'permit' | 'hold' | 'deny' | 'obligations';
  readonly verdict: 'matched' | 'not' | 'unknown';
  /** Whether the verdict makes the rule count: an unknown counts for deny, hold and obligations, not for a permit. */
  readonly counts: boolean;
  /** The first condition that does not hold or is not known, in words; absent on a match. */
  readonly because?: string;
}

/** Says what is decided and, of every rule, whether it matches and what kept it from it. */
export function explain(policy: PreparedPolicy, request: DecisionRequest): Explanation {
  const { judgement: _, ...decision } = decide(policy, request);
  const weighed = weigh(policy, request, { addresses: judged(request, decision.dial), nameOnly: false, unresolved: 'all' });
  return {
    decision,
    judgement: describeJudgement(weighed.judged),
    rules: policy.rules.map((rule) => explainRule(rule, weighed)),
    ...(request.action.content !== undefined && findingsIn(request.action.content)),
  };
}

/** What was looked for and found; what was looked for in vain shows in the rules that looked for it. */
export function findingsIn(content: ContentFacts): Pick<Explanation, 'findings'> {
  if (content.kind !== 'read') return {};
  return { findings: Object.fromEntries([...content.findings].filter(([, count]) => count > 0)) };
}

/** The addresses that the decision is about: where some were filtered away, those that are left. */
function judged({ resource }: DecisionRequest, dial: readonly string[]): DecisionRequest['resource']['addresses'] {
  return dial.length === 0 ? resource.addresses : resource.addresses?.filter(({ address }) => dial.includes(address.text));
}

function explainRule(prepared: PreparedRule, weighed: Weighed): ExplainedRule {
  const { rule } = prepared;
  const { file, line, column } = rule.position;
  const { verdict, because } = verdictOf(prepared, weighed);
  return {
    id: rule.id,
    at: `${file}:${line}:${column}`,
    effect: rule.effect ?? 'obligations',
    verdict: verdict === 'yes' ? 'matched' : verdict === 'no' ? 'not' : 'unknown',
    counts: verdict === 'yes' || (verdict === 'unknown' && rule.effect !== 'permit'),
    ...(because !== undefined && { because }),
  };
}

interface Finding {
  readonly verdict: Tri;
  readonly because?: string;
}

function verdictOf(prepared: PreparedRule, weighed: Weighed): Finding {
  const { rule } = prepared;
  const { agent } = weighed.request.subject;
  if (rule.agents !== undefined && !rule.agents.has(agent))
    return { verdict: 'no', because: `it is not for the agent ${agent}` };
  if (rule.effect === 'permit' && !isSeenAsAsked(prepared, weighed)) {
    return { verdict: 'no', because: 'it wants requests inspected, and this tunnel is judged as a whole' };
  }
  const stance = rule.effect === 'permit' ? 'narrow' : 'wide';
  const destinations = destinationsOf(prepared, weighed.policy);
  const verdict = destinations.reduce<Tri>((all, each) => or(all, matchesThrough(prepared, each, weighed, stance)), 'no');
  if (verdict === 'yes') return { verdict };
  return { verdict, because: firstFailing(prepared, destinations, weighed, stance) };
}

function destinationsOf({ rule }: PreparedRule, policy: PreparedPolicy): readonly PreparedDestination[] {
  if (rule.to === 'any') return [policy.any];
  return rule.to.flatMap((position) => policy.destinations[position] ?? []);
}

function matchesThrough(rule: PreparedRule, prepared: PreparedDestination, weighed: Weighed, stance: Stance): Tri {
  const { host, port } = weighed.target;
  if (!matchesHosts(prepared, host) || !matchesPort(prepared, port)) return 'no';
  return matchesBesidePort(rule, prepared, weighed, stance);
}

/** The destination when none of the rule's matches, else the first condition on the request that is not a clear yes. */
function firstFailing(
  prepared: PreparedRule,
  destinations: readonly PreparedDestination[],
  weighed: Weighed,
  stance: Stance,
): string {
  const words = destinations.map((each) => describeDestination(prepared, each, weighed, stance));
  const place = words.every((each) => each !== undefined) ? words[0] : undefined;
  if (place !== undefined) {
    const others = words.length - 1;
    return others === 0 ? place : `${place}; nor does any of its ${others} other destinations match`;
  }
  const { action } = weighed.request;
  const { conditions } = prepared;
  const failing = conditions.find((condition) => condition.test(prepared.rule, action) === 'no');
  const open = failing ?? conditions.find((condition) => condition.test(prepared.rule, action) === 'unknown');
  return open === undefined ? 'its destination is not known well enough' : open.describe(prepared.rule, action);
}
