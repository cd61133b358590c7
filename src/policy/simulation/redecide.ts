import type { DenialCode } from '../../core/codes.ts';
import type { Decision, DecisionRequest } from '../../core/exchange/decision.ts';
import { FACETS, type AddressFacts } from '../../core/place/evidence.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Condition } from '../condition/condition.ts';
import { masksContent } from '../content/obstacle.ts';
import { decide } from '../decide.ts';
import { isFiltering } from '../decision/filter.ts';
import { isSeenAsAsked, matchesBesidePort } from '../decision/match-rules.ts';
import { seenRequest } from '../decision/seen-request.ts';
import { weigh, type Weighed } from '../decision/weigh.ts';
import { outlook } from '../outlook.ts';
import { matchesPort } from '../target/covers-target.ts';
import type { PreparedDestination, PreparedRule } from '../target/prepared.ts';
import type { PreparedPolicy } from '../target-index.ts';
import type { Untold } from './untold.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** What the gateway refuses although the policy lets it pass, because it cannot do it; undefined where it can. */
export type RefusedAfter = (decision: Decision, request: DecisionRequest) => DenialCode | undefined;

/** No hosts pattern of a rule covers the name. */
const NOT_LOOKED_UP: Verdict = { effect: 'deny', code: 'no_rule', rules: [], obligations: [] };
/** A tunnel that is looked into: requests inside are decided each by itself. */
const INSPECTED: Verdict = { effect: 'permit', rules: [], obligations: [] };

/**
 * What a policy says to a request of which only the record is known, in the order in which the gateway asks: by name, then by
 * everything. It answers only where nothing that the record leaves open could change the answer.
 * @param recorded what was decided then: a tunnel that was looked into then shows in the requests inside
 * @failure what is not known
 */
export function redecide(
  policy: PreparedPolicy,
  request: DecisionRequest,
  recorded: Verdict,
  refusedAfter: RefusedAfter,
): Result<Verdict, Untold> {
  const { kind } = request.action;
  const { host, addresses } = request.resource;
  if (host.kind === 'name') {
    const { addresses: _, ...unresolved } = request.resource;
    // Content is looked at later.
    const { content: _content, ...action } = request.action;
    const named = outlook(policy, { ...request, action, resource: unresolved });
    if (named.denial !== undefined) return ok(denialOf(named.denial, policy, request));
    if (named.lookup === 'forbidden') return ok(settled(NOT_LOOKED_UP, policy, request));
    if (addresses === undefined) return fail('addresses');
  }
  if (kind === 'connect') {
    const foreseen = outlook(policy, request);
    if (foreseen.inspect) {
      if (foreseen.denial !== undefined) return ok(denialOf(foreseen.denial, policy, request));
      return wasInspected(recorded) ? ok(INSPECTED) : fail('inside the tunnel');
    }
  }
  return decideAsSeen(policy, request, refusedAfter);
}

function wasInspected({ effect, rules }: Verdict): boolean {
  return effect === 'permit' && rules.length === 0;
}

function decideAsSeen(policy: PreparedPolicy, request: DecisionRequest, refusedAfter: RefusedAfter): Result<Verdict, Untold> {
  const seen = request.action.kind === 'connect' ? request : seenRequest(policy, request);
  const open = openQuestion(policy, seen);
  if (open !== undefined) {
    // What is denied whatever else becomes known needs no answer.
    const certain = outlook(policy, seen).denial;
    return certain === undefined ? fail(open) : ok(denialOf(certain, policy, request));
  }
  const decision = decide(policy, seen);
  if (mayBeOpaque(seen, decision)) return fail('content');
  const lookUp = openLookUp(policy, request, decision);
  if (lookUp !== undefined) return fail(lookUp);
  if (decision.effect === 'deny' || decision.wouldDeny !== undefined) return ok(denialOf(decision, policy, request));
  const code = refusedAfter(decision, seen);
  return ok(code === undefined ? verdictOf(decision) : { effect: 'deny', code, rules: [], obligations: [] });
}

/**
 * A denial that is certain. Its code is so only where nothing is open about any rule: which one comes nearest to a permit, and
 * whether the name alone is refused already, may rest on what the record does not hold.
 */
function denialOf(decision: Decision, policy: PreparedPolicy, request: DecisionRequest): Verdict {
  return settled(verdictOf(decision), policy, request);
}

function settled(verdict: Verdict, policy: PreparedPolicy, request: DecisionRequest): Verdict {
  const { addresses } = request.resource;
  const looks = [weighed(policy, request, addresses), weighed(policy, request, undefined)];
  const isOpen = looks.some(({ entries }) =>
    entries.some(({ rules }) => rules.some((rule) => openConditions(rule, request).length > 0)),
  );
  return isOpen ? { effect: verdict.effect, rules: [], obligations: [] } : verdict;
}

function openConditions({ rule, conditions }: PreparedRule, { action }: DecisionRequest): readonly Condition[] {
  // Nothing inside a tunnel was known then either.
  return action.kind === 'connect' ? [] : conditions.filter((condition) => condition.test(rule, action) === 'unknown');
}

/** Whether the name may be looked up at all rests on every rule that names it, unless the permit itself does (contract §4.1.6). */
function openLookUp(policy: PreparedPolicy, request: DecisionRequest, { effect, namesHost }: Decision): Untold | undefined {
  if (effect === 'deny' || namesHost === true || request.resource.host.kind === 'address') return undefined;
  const rules = weighed(policy, request, undefined).entries.flatMap((entry) => entry.rules);
  // Content is not known either when the gateway looks a name up.
  const open = rules.flatMap((rule) => openConditions(rule, request)).find(({ name }) => name !== 'content');
  return open === undefined ? undefined : MISSING[open.name];
}

/** Masks refuse content that nobody here reads, and its type alone tells whether that is so. */
function mayBeOpaque({ action }: DecisionRequest, { obligations }: Decision): boolean {
  if (action.kind === 'connect' || action.mediaType !== undefined) return false;
  return obligations.some((each) => each.kind === 'mask' && each.direction === 'request' && each.masks.some(masksContent));
}

/** What the record does not say and the decision depends on; undefined where it rests on what is known. */
function openQuestion(policy: PreparedPolicy, request: DecisionRequest): Untold | undefined {
  const { addresses } = request.resource;
  const whole = weighed(policy, request, addresses);
  // Where addresses are filtered, a rule may come to match that does not match all of them.
  const parts = addresses !== undefined && addresses.length > 1 && isFiltering(whole) ? addresses : [];
  for (const each of [whole, ...parts.map((facts) => weighed(policy, request, [facts]))]) {
    const open = openQuestionIn(each);
    if (open !== undefined) return open;
  }
  return undefined;
}

function weighed(policy: PreparedPolicy, request: DecisionRequest, addresses: readonly AddressFacts[] | undefined): Weighed {
  return weigh(policy, request, { addresses, nameOnly: false, unresolved: 'all' });
}

function openQuestionIn(weighed: Weighed): Untold | undefined {
  const { request, judged, entries, target } = weighed;
  // What is still to come of the path or of content may place it elsewhere.
  const isPending = FACETS.some((facet) => judged.standings[facet].pending);
  if (isPending && !request.subject.home.any) return 'content';
  for (const { prepared, rules } of entries) {
    if (!matchesPort(prepared, target.port)) continue;
    for (const rule of rules) {
      const open = openQuestionOf(rule, prepared, weighed);
      if (open !== undefined) return open;
    }
  }
  return undefined;
}

function openQuestionOf(rule: PreparedRule, prepared: PreparedDestination, weighed: Weighed): Untold | undefined {
  const { action } = weighed.request;
  if (action.kind === 'connect') return undefined;
  if (rule.effect === 'permit' && !isSeenAsAsked(rule, weighed)) return undefined;
  const matches = matchesBesidePort(rule, prepared, weighed, rule.effect === 'permit' ? 'narrow' : 'wide');
  if (matches === 'no') return undefined;
  if (rule.rule.transfer?.basis === 'public-data' && action.mediaType === undefined) return 'content';
  if (matches === 'yes') return undefined;
  const [open] = openConditions(rule, weighed.request);
  return open === undefined ? 'content' : MISSING[open.name];
}

const MISSING: Readonly<Record<Condition['name'], Untold>> = {
  methods: 'record',
  paths: 'path',
  content: 'content',
  'headers.require': 'fields',
};
