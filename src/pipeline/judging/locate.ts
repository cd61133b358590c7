import type { Identified, Located } from '../../core/exchange/exchange.ts';
import { ok, type Result } from '../../core/result.ts';
import { judgeName } from './judge-name.ts';
import { withDestination } from './progress.ts';
import type { InForce } from './in-force.ts';
import { locateQuery } from './locate-query.ts';
import { refuse, type Refusal } from './refusal.ts';
import type { Services } from '../services.ts';

type Location = Result<Located, Refusal>;

/**
 * Finds out where the destination is. A name that no rule could permit is not looked up: the query itself would carry data
 * out (invariant 3). Where the answer is at hand nobody is asked, and whether the name might have been looked up is judged
 * together with everything else ({@link Located.recalled}).
 */
export function locate(identified: Identified, services: Services): Location | Promise<Location> {
  const inForce = services.inForce();
  const { host } = identified.authority;
  if (host.kind === 'address') return ok(withDestination(identified, inForce.locate(locateQuery(identified))));
  const resolution = services.resolver.recall(host.name);
  if (resolution === undefined) return lookUp(identified, host.name, inForce, services);
  return ok(withDestination(identified, inForce.locate(locateQuery(identified, resolution)), true));
}

async function lookUp(identified: Identified, name: string, inForce: InForce, services: Services): Promise<Location> {
  const foreseen = judgeName(identified, inForce, services);
  if (!foreseen.ok) return foreseen;
  const resolution = await services.resolver.resolve(name);
  if (resolution.ok) return ok(withDestination(identified, inForce.locate(locateQuery(identified, resolution.value))));
  return refuse(resolution.failure, withDestination(identified, inForce.locate(locateQuery(identified))));
}
