import type { Identified, Located } from '../../core/exchange/exchange.ts';
import { ok, type Result } from '../../core/result.ts';
import { outlook } from '../../policy/outlook.ts';
import { decisionRequest } from './decision-request.ts';
import type { InForce } from './in-force.ts';
import { locateQuery } from './locate-query.ts';
import { deny, refuse, type Refusal } from './refusal.ts';
import type { Services } from '../services.ts';

/**
 * Finds out where the destination is. A name that no rule could permit is not looked up: the query itself would carry data
 * out (invariant 3).
 */
export async function locate(identified: Identified, services: Services): Promise<Result<Located, Refusal>> {
  const inForce = services.inForce();
  const { host } = identified.authority;
  const known = locateQuery(identified);
  if (host.kind === 'address') {
    return ok({
      ...identified,
      destination: inForce.locate({ ...known, resolution: { addresses: [host.address], chain: [] } }),
    });
  }
  const foreseen = foresee(identified, inForce, services);
  if (!foreseen.ok) return foreseen;
  const resolution = await services.resolver.resolve(host.name);
  if (!resolution.ok) return refuse(resolution.failure, { ...identified, destination: inForce.locate(known) });
  return ok({ ...identified, destination: inForce.locate({ ...known, resolution: resolution.value }) });
}

// Everything that can be decided by the name alone, before anything is sent anywhere.
function foresee(identified: Identified, inForce: InForce, services: Services): Result<void, Refusal> {
  const { host } = identified.authority;
  const destination = inForce.locate(locateQuery(identified));
  const foreseen = outlook(inForce.policy, decisionRequest(identified, destination, services.clock.now()));
  if (foreseen.denial !== undefined) {
    return deny(foreseen.denial.code ?? 'no_rule', foreseen.denial, { ...identified, destination });
  }
  if (foreseen.lookup === 'permitted' || host.kind === 'address') return ok(undefined);
  const progress = { ...identified, destination };
  if (foreseen.lookup === 'forbidden') {
    return refuse({ code: 'no_rule', detail: 'No hosts pattern of a rule covers the name' }, progress);
  }
  if (services.budget.spend(identified.subject.attributes.agent, host.name)) return ok(undefined);
  return refuse({ code: 'limit_exceeded', detail: 'The budget of distinct names is used up' }, progress);
}
