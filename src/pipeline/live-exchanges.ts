import type { Failure } from '../core/codes.ts';
import type { Granted, Permitted } from './judging/permitted.ts';
import type { Decision } from '../core/exchange/decision.ts';
import type { Permit } from '../core/exchange/permit.ts';
import { decide } from '../policy/decide.ts';
import type { CompiledPolicy } from '../policy/model.ts';
import { outlook } from '../policy/outlook.ts';
import type { Bytes, Instant } from '../core/units.ts';
import type { IpAddress } from '../core/address.ts';
import type { Identified, Subject } from '../core/exchange/exchange.ts';
import { ok, type Result } from '../core/result.ts';
import { parseIpAddress } from '../wire/address/ip-address.ts';
import { decisionRequest } from './judging/decision-request.ts';
import { recordsContent, undischarged } from './judging/discharge.ts';
import { masksOf } from './judging/masks-of.ts';
import { locateQuery } from './judging/locate-query.ts';
import type { InForce } from './judging/in-force.ts';
import type { Exceeded, Limits } from './limiting/limits.ts';
import { Slots, type Slotted } from './slots.ts';

/** What a policy adds to the entities that are built in. */
type OwnEntities = CompiledPolicy['entities'];

/** One exchange or tunnel that is running, and how to end it. */
export interface LiveExchange extends Slotted {
  /** Without a permit, where the gateway answers for itself or people are asked, only the identity is asked for again. */
  readonly exchange: Permitted | Identified;
  /** Entities of the policy itself as they were when its masks were made; absent where nothing is masked. */
  readonly maskedWith?: OwnEntities;
  /** Bytes that have passed both ways; absent where none can. */
  readonly carried?: Bytes;
  /** Who it is to {@link LiveExchanges.identifyAgain}, which writes it down: everything is asked for twice a second. */
  identity?: string;
  cut(failure: Failure): void;
}

/**
 * Everything that runs. When the policy, the tables or an identity change, each is judged again on what it was permitted
 * for, and cut when the answer is now no (invariant 2, contract §4.1.13).
 */
export class LiveExchanges {
  readonly #live = new Slots<LiveExchange>();

  /**
   * Takes an exchange in, at the moment it is about to act. Between its decision and now the world may have changed: then
   * it is judged again first, and the answer says why it may no longer act.
   */
  admit(live: LiveExchange, inForce: InForce, now: Instant): Failure | undefined {
    const { exchange } = live;
    const isCurrent = isPermitted(exchange) && exchange.permit?.generation === inForce.generation;
    const failure = isCurrent ? undefined : whyCut(live, inForce, now);
    if (failure === undefined) this.#live.add(live);
    return failure;
  }

  delete(live: LiveExchange): void {
    this.#live.delete(live);
  }

  get size(): number {
    return this.#live.size;
  }

  /** How many of them are tunnels. */
  get tunnels(): number {
    let count = 0;
    for (const { exchange } of this.#live) if (exchange.kind === 'connect') count += 1;
    return count;
  }

  /** How many there are of each agent. */
  byAgent(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { exchange } of this.#live) {
      const { agent } = exchange.subject.attributes;
      counts.set(agent, (counts.get(agent) ?? 0) + 1);
    }
    return counts;
  }

  /** Judges everything again, and cuts what is no longer permitted. */
  judgeAgain(inForce: InForce, now: Instant): void {
    for (const live of this.#live) {
      const failure = whyCut(live, inForce, now);
      if (failure === undefined) continue;
      this.#live.delete(live);
      live.cut(failure);
    }
  }

  /** Cuts everything that was permitted: what it passes through may not be passed through any more. */
  cutPermitted(failure: Failure): void {
    for (const live of this.#live) {
      if (!isPermitted(live.exchange) || !this.#live.delete(live)) continue;
      live.cut(failure);
    }
  }

  /**
   * Ends what grants let pass and do not cover any more: a grant has one end, also for what began under it.
   * @param uncovered those of the exchanges that no grant covers now
   */
  async endWithGrants(uncovered: (running: readonly Granted[]) => Promise<ReadonlySet<Granted>>): Promise<void> {
    const running: Granted[] = [];
    for (const { exchange } of this.#live) if (isByGrant(exchange)) running.push(exchange);
    if (running.length === 0) return;
    const ended = await uncovered(running);
    for (const live of this.#live) {
      if (!isByGrant(live.exchange) || !ended.has(live.exchange)) continue;
      this.#live.delete(live);
      live.cut({ code: 'approval_expired', detail: 'The grant that let it pass has ended or was revoked' });
    }
  }

  /** Counts what passes, and cuts what has used up a limit, or cannot be counted. */
  meter(limits: Limits): void {
    for (const live of this.#live) {
      const { exchange, carried = 0 } = live;
      if (carried === 0 || !isPermitted(exchange)) continue;
      const exceeded = limits.meter(exchange, carried);
      if (exceeded === undefined || !this.#live.delete(live)) continue;
      live.cut(whyLimited(exceeded));
    }
  }

  /**
   * Asks again who each subject is: a token may have been revoked or have ended. One that cannot be verified now counts as
   * ended. Subjects that many exchanges share are asked for once.
   */
  async identifyAgain(
    reidentify: (subject: Subject, clientAddress: IpAddress) => Promise<Result<Subject, Failure>>,
  ): Promise<void> {
    const asked = new Map<string, Result<Subject, Failure>>();
    for (const live of this.#live) {
      const { subject, client } = live.exchange;
      live.identity ??= `${subject.by} ${subject.attributes.agent} ${client.address} ${subject.certificate?.fingerprint ?? ''}`;
      let identified = asked.get(live.identity);
      if (identified === undefined) {
        identified = await identifyOnce(subject, client.address, reidentify);
        asked.set(live.identity, identified);
      }
      if (identified.ok || !this.#live.delete(live)) continue;
      live.cut(identified.failure);
    }
  }
}

/** Asks again who a subject is, at the address that it came from. */
export async function identifyOnce(
  subject: Subject,
  client: string,
  reidentify: (subject: Subject, clientAddress: IpAddress) => Promise<Result<Subject, Failure>>,
): Promise<Result<Subject, Failure>> {
  const address = parseIpAddress(client);
  // Without an address it could not have been identified in the first place, and nothing new is known about it.
  return address.ok ? reidentify(subject, address.value) : ok(subject);
}

function isPermitted(exchange: Permitted | Identified): exchange is Permitted {
  return (
    ('permit' in exchange && exchange.permit !== undefined) || ('intercept' in exchange && exchange.intercept !== undefined)
  );
}

function whyLimited({ by, reason }: Exceeded): Failure {
  if (by === undefined) return { code: 'overloaded', detail: reason };
  return { code: 'limit_exceeded', detail: `The limit of ${by}: ${reason}` };
}

function isByGrant(exchange: Permitted | Identified): exchange is Granted {
  return isPermitted(exchange) && exchange.release?.granted !== undefined;
}

function whyCut({ exchange, maskedWith = [] }: LiveExchange, inForce: InForce, now: Instant): Failure | undefined {
  const attributes = inForce.subjects.get(exchange.subject.attributes.agent);
  if (attributes === undefined) return { code: 'unidentified', detail: 'The agent is no longer in the policy' };
  if (!isPermitted(exchange)) return undefined;
  const { addresses = [], chain = [] } = exchange.destination;
  const destination = inForce.locate({
    ...locateQuery(exchange),
    resolution: { addresses: addresses.map(({ address }) => address), chain },
  });
  const request = decisionRequest({ ...exchange, subject: { ...exchange.subject, attributes } }, destination, now);
  if (exchange.intercept !== undefined) {
    const { denial } = outlook(inForce.policy, { ...request, action: { ...request.action, visibility: 'inspected' } });
    return denial && { code: denial.code ?? 'no_rule', detail: denial.reason };
  }
  const decision = decide(inForce.policy, request);
  if (decision.effect === 'deny') return { code: decision.code ?? 'no_rule', detail: decision.reason };
  if (!isAgreedTo(decision, exchange)) return { code: 'approval_stale', detail: decision.reason };
  if (undischarged(decision, exchange.kind) !== undefined) return { code: 'obligation_unsupported', detail: decision.reason };
  const changed = findsAsMuch(decision, maskedWith, inForce.policy.policy.entities)
    ? whatChanged(decision, exchange)
    : OTHER_MASKS;
  return changed === undefined ? undefined : { code: 'no_rule', detail: changed };
}

/** Whether people have agreed to all that a decision asks of them. */
function isAgreedTo({ obligations }: Decision, { release }: Permitted & { readonly permit: Permit }): boolean {
  const agreed = new Set(release?.terms.map((terms) => JSON.stringify(terms)));
  return obligations.every((obligation) => obligation.kind !== 'approval' || agreed.has(JSON.stringify(obligation)));
}

/** What keeps an exchange from running under a new decision that permits it as well. */
function whatChanged(now: Decision, { decision, permit }: Permitted & { readonly permit: Permit }): string | undefined {
  if (now.tls?.key !== permit.tls?.key) return 'The tls of the destination is not what its connection rests on any more';
  if (!masksAtMost(now, decision)) return OTHER_MASKS;
  if (recordsContent(now) && !recordsContent(decision)) return 'Its content is to be recorded now, and is not';
  const permitted = new Set(now.dial);
  const stillPermitted = permit.addresses.every(({ text }) => permitted.has(text));
  return stillPermitted ? undefined : 'The dialled address is no longer permitted';
}

const OTHER_MASKS = 'It runs under other masks than those that are asked for now';

/** Whether what runs is masked as is asked for now. Masks that were only taken away cut nobody. */
function masksAtMost(now: Decision, then: Decision): boolean {
  const [wanted, applied] = [masksOf(now.obligations), masksOf(then.obligations)];
  return isSame(wanted.request, applied.request) && isSame(wanted.response, applied.response);
}

/** Whether entities of the policy itself that are to be masked now are found as they were found then. */
function findsAsMuch(decision: Decision, then: OwnEntities, now: OwnEntities): boolean {
  if (then === now) return true;
  const { request, response } = masksOf(decision.obligations);
  const named = [request, response].flatMap((masks) => masks?.masks.flatMap(({ entities }) => entities) ?? []);
  const spelled = (own: OwnEntities, name: string): string => JSON.stringify(own.find(({ id }) => id === name) ?? null);
  return named.every((name) => spelled(then, name) === spelled(now, name));
}

function isSame(wanted: object | undefined, applied: object | undefined): boolean {
  if (wanted === undefined || wanted === applied) return true;
  return JSON.stringify({ ...wanted, rules: [] }) === JSON.stringify({ ...applied, rules: [] });
}
