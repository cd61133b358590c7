import type { Denial } from './denial.ts';
import { isSeenAsAsked, matchesBesidePort, type Matches } from './match-rules.ts';
import type { PreparedDestination, PreparedRule } from '../target/prepared.ts';
import { matchesPort } from '../target/covers-target.ts';
import type { Weighed } from './weigh.ts';

/** What the rules alone say against a request: a deny, or no permit and no hold. Undefined when they would let it pass. */
export function ruleDenial(weighed: Weighed, matches: Matches): Denial | undefined {
  if (matches.denies.length > 0) {
    const ids = matches.denies.map(({ rule }) => rule.id).sort();
    return { code: 'denied_by_rule', reason: `Denied by ${ids.join(', ')}` };
  }
  if (matches.holds.length > 0 || matches.permits.length > 0) return undefined;
  return nearestDenial(weighed);
}

const PORT: Denial = { code: 'port_not_allowed', reason: 'A rule permits this destination on another port' };
const PROTOCOL: Denial = {
  code: 'protocol_not_allowed',
  reason: 'The rule that permits this destination wants its requests inspected, which a tunnel of this protocol cannot be',
};
const NO_RULE: Denial = { code: 'no_rule', reason: 'No rule permits this request' };

/** The denial when no permit and no hold matches. Tells "a permit would match but for that" from "nothing permits this" (contract §3). */
export function nearestDenial(weighed: Weighed): Denial {
  let found = NO_RULE;
  for (const { prepared, rules } of weighed.entries) {
    for (const rule of rules) {
      const missing = onlyMissing(rule, prepared, weighed);
      if (missing === PORT) return missing;
      found = missing ?? found;
    }
  }
  return found;
}

function onlyMissing(rule: PreparedRule, prepared: PreparedDestination, weighed: Weighed): Denial | undefined {
  const { effect } = rule;
  if (effect !== 'permit' && effect !== 'hold') return undefined;
  const hasPort = matchesPort(prepared, weighed.target.port);
  const isSeen = isSeenAsAsked(rule, weighed);
  if (hasPort === isSeen || matchesBesidePort(rule, prepared, weighed, 'narrow') === 'no') return undefined;
  return hasPort ? PROTOCOL : PORT;
}
