import type { Identified } from '../../core/exchange/exchange.ts';
import { ok, type Result } from '../../core/result.ts';
import { outlook } from '../../policy/outlook.ts';
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
  const { host } = identified.authority;
  const destination = inForce.locate(locateQuery(identified));
  const foreseen = outlook(inForce.policy, decisionRequest(identified, destination, services.clock.now()));
  if (foreseen.denial !== undefined) {
    return deny(foreseen.denial.code ?? 'no_rule', foreseen.denial, withDestination(identified, destination));
  }
  if (foreseen.lookup === 'permitted' || host.kind === 'address') return ok(undefined);
  if (foreseen.lookup === 'forbidden') {
    const detail = 'No hosts pattern of a rule covers the name';
    return refuse({ code: 'no_rule', detail }, withDestination(identified, destination));
  }
  if (services.budget.spend(identified.subject.attributes.agent, host.name)) return ok(undefined);
  const detail = 'The budget of distinct names is used up';
  return refuse({ code: 'limit_exceeded', detail }, withDestination(identified, destination));
}
