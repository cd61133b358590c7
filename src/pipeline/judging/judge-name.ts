import type { Failure } from '../../core/codes.ts';
import type { Identified } from '../../core/exchange/exchange.ts';
import { ok, type Result } from '../../core/result.ts';
import { outlook, type Outlook } from '../../policy/outlook.ts';
import { decisionRequest } from './decision-request.ts';
import { withDestination } from './progress.ts';
import type { InForce } from './in-force.ts';
import { locateQuery } from './locate-query.ts';
import { deny, refuse, type Refusal } from './refusal.ts';
import type { Services } from '../services.ts';

/**
 * Everything that can be decided by the name alone, before anything is sent anywhere: what no completion could permit is
 * refused, and so is the look-up of a name that no rule covers (invariant 3, contract §4.1.6).
 */
export function judgeName(identified: Identified, inForce: InForce, services: Services): Result<void, Refusal> {
  const destination = inForce.locate(locateQuery(identified));
  const { denial, lookup } = outlook(inForce.policy, decisionRequest(identified, destination, services.clock.now()));
  if (denial !== undefined) return deny(denial, withDestination(identified, destination));
  const failure = spendLookup(identified, lookup, services);
  return failure === undefined ? ok(undefined) : refuse(failure, withDestination(identified, destination));
}

/** Why the name is not looked up; undefined where it may be, and where a budget bounds that, this one is then spent. */
export function spendLookup(
  { authority: { host }, subject }: Identified,
  lookup: Outlook['lookup'],
  { budget }: Services,
): Failure | undefined {
  if (lookup === 'permitted' || host.kind === 'address') return undefined;
  if (lookup === 'forbidden') return { code: 'no_rule', detail: 'No hosts pattern of a rule covers the name' };
  if (budget.spend(subject.attributes.agent, host.name)) return undefined;
  return { code: 'limit_exceeded', detail: 'The budget of distinct names is used up' };
}
