import { hostText } from '../../core/address.ts';
import type { CredentialUses, Decision, Limit } from '../../core/exchange/decision.ts';
import type { Accepted, Subject } from '../../core/exchange/exchange.ts';
import type { LimitHolder } from '../../core/exchange/limit-use.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { limitKey } from './limit-key.ts';
import { type LimitClaim, type LimitLedger, MOST_WINDOWS, type NotLeft, type UsedUp } from './limit-ledger.ts';

/** An exchange, as far as limits count it. */
export type Counted = Pick<Accepted, 'id' | 'authority'> & { readonly subject: Subject; readonly decision: Decision };

/** Why an exchange may not begin, or go on. */
export interface Exceeded {
  /** What sets the limit: `rule few`, `credential api-key`. Absent where it is not the policy, but what the gateway can count. */
  readonly by?: string;
  readonly reason: string;
  readonly retryAfter: Milliseconds;
}

/** What gives a request back to its limits: nothing has left after all. */
type Begun = Result<() => void, Exceeded>;

/** A secret that is put into a request, where that is counted. */
export interface CountedUse {
  readonly credential: string;
  readonly uses: CredentialUses;
}

interface Applied {
  /** As {@link Exceeded} has it. */
  readonly by: string;
  /** `5 requests in 60 s for each agent` */
  readonly most: string;
  readonly claim: LimitClaim;
}

interface Running {
  /** Bytes that are counted already. */
  counted: Bytes;
  /** What whoever counts elsewhere has found since. */
  over: Exceeded | undefined;
  /** Whoever counts elsewhere has not answered yet: the next bytes are told of together, so that few wait to be counted. */
  isAsked: boolean;
}

/**
 * What agents have used of the limits that rules set (contract §4.2 `limits`), and of the uses of credentials. A request counts when
 * it is let go, its bytes as they pass, both ways.
 */
export class Limits {
  readonly #ledger: LimitLedger;
  readonly #running = new Map<string, Running>();

  constructor(ledger: LimitLedger) {
    this.#ledger = ledger;
  }

  /**
   * Takes a request out of all limits that its decision names, or out of none; at once where it is counted here.
   * @param use of a secret that goes into it, where that is counted
   */
  begin(exchange: Counted, use?: CountedUse): Begun | Promise<Begun> {
    if (!isLimited(exchange) && use === undefined) return ok(NOTHING);
    const applied = [...appliedTo(exchange), ...(use === undefined ? [] : [appliedUse(use, exchange)])];
    const claims = applied.map(({ claim }) => claim);
    const begun = (refused: NotLeft | undefined): Begun =>
      refused === undefined ? ok(() => this.#ledger.giveBack(claims)) : fail(exceeded(refused, applied));
    const taken = this.#ledger.take(claims);
    return taken instanceof Promise ? taken.then(begun) : begun(taken);
  }

  /**
   * Counts what has passed of an exchange that runs.
   * @param carried bytes both ways since it began
   * @returns why it may not go on, where it may not; counted elsewhere, by the next time after the answer, or after it failed
   */
  meter(exchange: Counted, carried: Bytes): Exceeded | undefined {
    if (!isLimited(exchange)) return undefined;
    const running = this.#running.get(exchange.id) ?? notCounted();
    this.#running.set(exchange.id, running);
    if (!running.isAsked) this.#count(exchange, carried, running);
    return running.over;
  }

  /** Counts what is left of an exchange that has ended. */
  end(exchange: Counted, carried: Bytes): void {
    if (!isLimited(exchange)) return;
    if (carried > 0) this.#count(exchange, carried, this.#running.get(exchange.id) ?? notCounted());
    this.#running.delete(exchange.id);
  }

  #count(exchange: Counted, carried: Bytes, running: Running): void {
    const applied = appliedTo(exchange).filter(({ claim }) => claim.unit === 'bytes');
    if (applied.length === 0) return;
    const more = carried - running.counted;
    running.counted = carried;
    const claims = applied.map(({ claim }) => claim);
    const left = this.#ledger.use(claims, more);
    if (!(left instanceof Promise)) {
      running.over = left && exceeded(left, applied);
      return;
    }
    running.isAsked = true;
    void left.then((known) => {
      running.isAsked = false;
      running.over ??= known && exceeded(known, applied);
    });
  }
}

const NOTHING = (): void => {};

function notCounted(): Running {
  return { counted: 0, over: undefined, isAsked: false };
}

function isLimited({ decision }: Counted): boolean {
  return decision.obligations.some(({ kind }) => kind === 'limit');
}

/** What an exchange counts in. Two limits of one rule that differ in their amount alone are one, the smaller. */
function appliedTo(exchange: Counted): readonly Applied[] {
  const applied = new Map<string, Applied>();
  for (const obligation of exchange.decision.obligations) {
    if (obligation.kind !== 'limit') continue;
    const { limit } = obligation;
    const { requests, bytes = 0, every, per } = limit;
    const rule = obligation.rules[0]!;
    const unit = requests === undefined ? 'bytes' : 'requests';
    const most = requests ?? bytes;
    const key = limitKey({ by: 'rule', id: rule, unit, every, per, ...countedFor(per, exchange) });
    const known = applied.get(key);
    if (known === undefined || known.claim.most > most) {
      applied.set(key, { by: `rule ${rule}`, most: mostText(`${most} ${unit}`, limit), claim: { key, unit, every, most } });
    }
  }
  return [...applied.values()];
}

/** Whatever rules it goes through, and whatever their limits are called. */
function appliedUse({ credential, uses }: CountedUse, exchange: Counted): Applied {
  const { most, every, per } = uses;
  const key = limitKey({ by: 'credential', id: credential, unit: 'requests', every, per, ...countedFor(per, exchange) });
  const claim = { key, unit: 'requests', every, most } as const;
  return { by: `credential ${credential}`, most: mostText(`${most} uses`, uses), claim };
}

function mostText(what: string, { every, per }: Pick<Limit | CredentialUses, 'every' | 'per'>): string {
  return `${what} in ${every / 1000} s for each ${per}`;
}

function countedFor(
  per: LimitHolder['per'],
  { subject, authority }: Counted,
): Pick<LimitHolder, 'agent' | 'session' | 'destination'> {
  const { agent } = subject.attributes;
  switch (per) {
    case 'agent':
      return { agent };
    case 'session':
      return { agent, session: subject.session };
    case 'destination':
      return { destination: `${hostText(authority.host)}:${authority.port}` };
    case 'rule':
    case 'credential':
      return {};
  }
}

function exceeded(refused: NotLeft, applied: readonly Applied[]): Exceeded {
  if (refused === 'too-many') return { reason: `More than ${MOST_WINDOWS} limits are counted at once`, retryAfter: 1000 };
  if (refused === 'unknown') return { reason: 'What is left of the limits cannot be told now', retryAfter: 1000 };
  return usedUp(refused, applied);
}

function usedUp({ claim, retryAfter }: UsedUp, applied: readonly Applied[]): Exceeded {
  const { by, most } = applied[claim]!;
  return { by, reason: `${most} are used up`, retryAfter };
}
