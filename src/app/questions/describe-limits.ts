import type { LimitsAnswer } from '../../admin/contract.ts';
import type { LimitUse } from '../../core/exchange/limit-use.ts';
import type { Principal } from '../../core/people/principal.ts';
import { coversAgent, type ScopeView } from '../people/scope.ts';
import type { Carriers } from '../workers/carriers.ts';

/** As many as one looks at. */
const MOST_SHOWN = 100;

/** The limits that are nearest to their end, as `GET /v1/limits` shows them to one person. */
export function describeLimits(
  carriers: Pick<Carriers, 'limits'>,
  by: Principal,
  view: Pick<ScopeView, 'agent'>,
): LimitsAnswer {
  // What several agents share, perhaps of other places, is for those who see all of them.
  const isInScope = ({ agent }: LimitUse): boolean =>
    agent === undefined ? by.places.any : coversAgent(by, view.agent(agent));
  return { items: carriers.limits(MOST_SHOWN, isInScope).map(limitItem) };
}

function limitItem({ by, id: name, every, retryAfter, used, ...limit }: LimitUse): LimitsAnswer['items'][number] {
  const { unit, per, agent, session, destination, most } = limit;
  const everySeconds = every / 1000;
  const holder = [agent, session, destination].filter((each) => each !== undefined);
  return {
    id: [by, name, unit, `${everySeconds}s`, per, ...holder].join(':'),
    state: used < most ? 'open' : 'used-up',
    by,
    name,
    everySeconds,
    ...limit,
    // Bytes that were on their way pass, and what was given back stands beside them.
    used: Math.max(0, Math.round(used)),
    ...(retryAfter > 0 && { retryAfterSeconds: Math.ceil(retryAfter / 1000) }),
  };
}
