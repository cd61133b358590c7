import type { Settings } from '../../config/settings-schema.ts';
import type { Failure } from '../../core/codes.ts';
import type { DecisionRequest } from '../../core/exchange/decision.ts';
import type { Authorized, Identified, Located } from '../../core/exchange/exchange.ts';
import type { ExchangeId } from '../../core/ids.ts';
import type { Clock, Journal, Resolution, Resolver } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import { locate } from '../../destination/locate.ts';
import type { Fetch } from '../../destination/update/fetched-documents.ts';
import type { UpdateSource } from '../../destination/update/source.ts';
import { MAXMIND_HOST } from '../../destination/update/sources.ts';
import { decisionRequest } from '../../pipeline/judging/decision-request.ts';
import { locateQuery } from '../../pipeline/judging/locate-query.ts';
import { withDecision, withDestination } from '../../pipeline/judging/progress.ts';
import { deny, refuse, type Refusal } from '../../pipeline/judging/refusal.ts';
import { permittedEvent, refusedEvent } from '../../pipeline/record-events.ts';
import { decide } from '../../policy/decide.ts';
import { outlook } from '../../policy/outlook.ts';
import type { PreparedPolicy } from '../../policy/target-index.ts';
import { type Account, getDocument, type Hop } from './document-get.ts';
import { type OwnPolicy, ownEgressPolicy } from './own-egress-policy.ts';
import { ownExchange, ownOutcome } from './own-exchange.ts';
import { type pinnedGet, undelivered } from './pinned-get.ts';

export interface OwnEgressParts {
  readonly settings: Settings;
  readonly tables: GeoTables;
  readonly sources: readonly UpdateSource[];
  readonly resolver: Resolver;
  readonly clock: Clock;
  /** Gets a decision before anything is dialled and an outcome after it. */
  readonly journal: Journal;
  readonly newExchangeId: () => ExchangeId;
  /** What connects to the judged addresses. */
  readonly get: typeof pinnedGet;
}

/**
 * Gets documents for the gateway itself, as any agent gets them: the name is looked up only when a rule could permit it, every
 * address is judged, what is dialled is what was judged, and nothing is dialled before the decision is on the record
 * (invariants 2, 3, 9 and 10). Only a licensed document may redirect, and the second request is judged and recorded like the
 * first.
 *
 * @failure a sentence that names the setting that stands against it
 */
export function openOwnEgress(parts: OwnEgressParts): Result<Fetch, string> {
  const { settings, tables, sources, clock } = parts;
  if (settings['upstream-proxy'] !== undefined) {
    return fail('upstream-proxy: this version cannot reach the publishers through another proxy');
  }
  const own = ownEgressPolicy(settings, sources, tables.world, clock.now());
  if (!own.ok) return own;
  const hop = openHop(own.value, parts);
  const account = accountOf(settings.geo.maxmind);
  return ok((url, options) => getDocument(url, options, hop, account));
}

function accountOf(maxmind: Settings['geo']['maxmind']): Account | undefined {
  if (maxmind === undefined) return undefined;
  const userPass = Buffer.from(`${maxmind.account}:${maxmind['licence-key']}`);
  return { host: MAXMIND_HOST, authorization: `Basic ${userPass.toString('base64')}` };
}

/** One request after the other, each an exchange of its own: judged, recorded, sent, recorded. */
function openHop({ policy, subject }: OwnPolicy, parts: OwnEgressParts): Hop {
  const { clock, journal, newExchangeId, get } = parts;
  return async (form, { maxBytes, timeout }, authorization) => {
    const exchange = ownExchange({ id: newExchangeId(), form, subject, startedAt: clock.monotonic(), authorization });
    const permitted = await record(await judge(exchange, policy, parts), journal);
    const delivery = permitted.ok
      ? await get(form, permitted.value, { maxBytes, timeout, authorization })
      : undelivered(permitted.failure);
    await journal.append(ownOutcome(exchange, delivery, clock.monotonic()));
    return delivery.reply;
  };
}

async function judge(
  exchange: Identified,
  policy: PreparedPolicy,
  { tables, resolver, clock }: OwnEgressParts,
): Promise<Result<Authorized, Refusal>> {
  // Written into the exchange itself: what is known of the place grows with the look-up.
  const place = (resolution?: Resolution): Located =>
    withDestination(exchange, locate(tables, locateQuery(exchange, resolution)));
  const located = place();
  const ask = (): DecisionRequest => decisionRequest(located, located.destination, clock.now());
  const { host } = exchange.authority;
  const foreseen = outlook(policy, ask());
  if (foreseen.denial !== undefined) return deny(foreseen.denial, located);
  if (host.kind === 'address' || foreseen.lookup !== 'permitted')
    return refuse({ code: 'no_rule', detail: 'It is no publisher of tables' }, located);
  const resolution = await resolver.resolve(host.name);
  if (!resolution.ok) return refuse(resolution.failure, located);
  place(resolution.value);
  const decision = decide(policy, ask());
  if (decision.effect !== 'permit' || decision.dial.length === 0) return deny(decision, located);
  return ok(withDecision(located, decision));
}

/** The addresses that may be dialled, never empty, once the decision is on the record. */
async function record(judged: Result<Authorized, Refusal>, journal: Journal): Promise<Result<readonly string[], Failure>> {
  const recorded = await journal.append(judged.ok ? permittedEvent(judged.value) : refusedEvent(judged.failure));
  if (judged.ok) return recorded.ok ? ok(judged.value.decision.dial) : recorded;
  const { code, detail, reason } = judged.failure;
  return fail({ code, detail: detail ?? reason ?? '' });
}
