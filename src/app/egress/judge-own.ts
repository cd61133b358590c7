import type { Failure } from '../../core/codes.ts';
import type { DecisionRequest } from '../../core/exchange/decision.ts';
import type { Authorized, Identified, Located } from '../../core/exchange/exchange.ts';
import type { Clock, Journal, Resolution, Resolver } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import { locate } from '../../destination/locate.ts';
import { decisionRequest } from '../../pipeline/judging/decision-request.ts';
import { locateQuery } from '../../pipeline/judging/locate-query.ts';
import { withDecision, withDestination } from '../../pipeline/judging/progress.ts';
import { deny, refuse, type Refusal } from '../../pipeline/judging/refusal.ts';
import { permittedEvent, refusedEvent } from '../../pipeline/record-events.ts';
import { decide } from '../../policy/decide.ts';
import { outlook } from '../../policy/outlook.ts';
import type { PreparedPolicy } from '../../policy/target-index.ts';

/** What judging a request of the gateway itself needs. */
interface JudgeParts {
  readonly tables: GeoTables;
  readonly resolver: Resolver;
  readonly clock: Clock;
}

/**
 * Judges a request of the gateway itself as that of any agent: the name is looked up only when a rule could permit it, and every
 * address is judged (invariants 2, 3 and 10).
 */
export async function judgeOwn(
  exchange: Identified,
  policy: PreparedPolicy,
  { tables, resolver, clock }: JudgeParts,
): Promise<Result<Authorized, Refusal>> {
  // Written into the exchange itself: what is known of the place grows with the look-up.
  const place = (resolution?: Resolution): Located =>
    withDestination(exchange, locate(tables, locateQuery(exchange, resolution)));
  const located = place();
  const ask = (): DecisionRequest => decisionRequest(located, located.destination, clock.now());
  const { host } = exchange.authority;
  const foreseen = outlook(policy, ask());
  if (foreseen.denial !== undefined) return deny(foreseen.denial, located);
  if (host.kind === 'name') {
    if (foreseen.lookup !== 'permitted') return refuse({ code: 'no_rule', detail: 'The gateway has no use for it' }, located);
    const resolution = await resolver.resolve(host.name);
    if (!resolution.ok) return refuse(resolution.failure, located);
    place(resolution.value);
  }
  const decision = decide(policy, ask());
  if (decision.effect !== 'permit' || decision.dial.length === 0) return deny(decision, located);
  return ok(withDecision(located, decision));
}

/** The addresses that may be dialled, never empty, once the decision is on the record. */
export async function recordOwn(
  judged: Result<Authorized, Refusal>,
  journal: Journal,
): Promise<Result<readonly string[], Failure>> {
  const recorded = await journal.append(judged.ok ? permittedEvent(judged.value) : refusedEvent(judged.failure));
  if (judged.ok) return recorded.ok ? ok(judged.value.decision.dial) : recorded;
  const { code, detail, reason } = judged.failure;
  return fail({ code, detail: detail ?? reason ?? '' });
}
