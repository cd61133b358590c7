import type { Identified, Located } from '../../core/exchange/exchange.ts';
import { ok, type Result } from '../../core/result.ts';
import { judgeName } from './judge-name.ts';
import { currentSubject } from './current-subject.ts';
import { withDestination, withSubject } from './progress.ts';
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

async function lookUp(identified: Identified, name: string, before: InForce, services: Services): Promise<Location> {
  const foreseen = judgeName(identified, before, services);
  if (!foreseen.ok) return foreseen;
  const resolution = await services.resolver.resolve(name);
  // Whoever runs the name's zone decides how long that took. What is judged now must be what is in force now.
  const inForce = services.inForce();
  const subject = currentSubject(identified.subject, inForce);
  if (subject === undefined) {
    const detail = `Agent ${identified.subject.attributes.agent} is no longer in the policy`;
    return refuse({ code: 'unidentified', detail }, identified);
  }
  const current = withSubject(identified, subject);
  if (!resolution.ok) return refuse(resolution.failure, withDestination(current, inForce.locate(locateQuery(current))));
  const destination = inForce.locate(locateQuery(current, resolution.value));
  return ok(withDestination(current, destination, inForce !== before));
}
