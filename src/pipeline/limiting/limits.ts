import { hostText } from '../../core/address.ts';
import type { Decision, Limit } from '../../core/exchange/decision.ts';
import type { Accepted, Subject } from '../../core/exchange/exchange.ts';
import type { RuleId } from '../../core/ids.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { SlidingWindow } from './sliding-window.ts';

/** An exchange, as far as limits count it. */
export type Counted = Pick<Accepted, 'id' | 'authority'> & { readonly subject: Subject; readonly decision: Decision };

/** Why an exchange may not begin, or go on. */
export interface Exceeded {
  /** Absent where it is not the policy that limits it, but what the gateway can count. */
  readonly rule?: RuleId;
  readonly reason: string;
  readonly retryAfter: Milliseconds;
}

/** Windows at once: sessions and destinations come and go, and each has its own. */
const MOST_WINDOWS = 50_000;

interface Applied {
  readonly limit: Limit;
  readonly rule: RuleId;
  readonly window: SlidingWindow;
}

/**
 * What agents have used of the limits that rules set (contract §4.2 `limits`), counted by this process since its start. A
 * request counts when it is let go, its bytes as they pass, both ways.
 */
export class Limits {
  readonly #clock: Clock;
  readonly #windows = new Map<
    string,
    { readonly window: SlidingWindow; readonly every: Milliseconds; lastUse: Milliseconds }
  >();
  /** Bytes that are counted already, of exchanges that still run. */
  readonly #counted = new Map<string, Bytes>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes a request out of all limits that its decision names, or out of none.
   * @returns gives it back: nothing has left after all
   */
  begin(exchange: Counted): Result<() => void, Exceeded> {
    if (!isLimited(exchange)) return ok(NOTHING);
    const now = this.#clock.monotonic();
    const applied = this.#applied(exchange, now);
    if (applied === 'too-many') {
      return fail({ reason: `More than ${MOST_WINDOWS} limits are counted at once`, retryAfter: 1000 });
    }
    for (const each of applied) {
      const left = leftOf(each, now);
      if (left < 1) return fail(exceeded(each, now));
    }
    const requests = applied.filter(({ limit }) => limit.requests !== undefined);
    for (const { window } of requests) window.use(1, now);
    return ok(() => {
      for (const { window } of requests) window.use(-1, this.#clock.monotonic());
    });
  }

  /**
   * Counts what has passed of an exchange that runs.
   * @param carried bytes both ways since it began
   * @returns the limit that it has used up, where it has
   */
  meter(exchange: Counted, carried: Bytes): Exceeded | undefined {
    if (!isLimited(exchange)) return undefined;
    const now = this.#clock.monotonic();
    const applied = this.#applied(exchange, now);
    if (applied === 'too-many') return undefined;
    const bytes = applied.filter(({ limit }) => limit.bytes !== undefined);
    if (bytes.length === 0) return undefined;
    const more = carried - (this.#counted.get(exchange.id) ?? 0);
    this.#counted.set(exchange.id, carried);
    for (const { window } of bytes) window.use(more, now);
    const over = bytes.find((each) => leftOf(each, now) < 0);
    return over && exceeded(over, now);
  }

  /** Counts what is left of an exchange that has ended. */
  end(exchange: Counted, carried: Bytes): void {
    if (!isLimited(exchange)) return;
    if (carried > 0) this.meter(exchange, carried);
    this.#counted.delete(exchange.id);
  }

  /** The windows that an exchange counts in. Two limits of one rule that differ in their amount alone are one, the smaller. */
  #applied(exchange: Counted, now: Milliseconds): readonly Applied[] | 'too-many' {
    const applied = new Map<string, Applied>();
    for (const obligation of exchange.decision.obligations) {
      if (obligation.kind !== 'limit') continue;
      const { limit } = obligation;
      const rule = obligation.rules[0]!;
      const key = JSON.stringify([
        rule,
        limit.requests === undefined ? 'bytes' : 'requests',
        limit.every,
        limit.per,
        countedFor(limit, exchange),
      ]);
      const known = applied.get(key);
      if (known !== undefined && mostOf(known.limit) <= mostOf(limit)) continue;
      const window = known?.window ?? this.#window(key, limit.every, now);
      if (window === undefined) return 'too-many';
      applied.set(key, { limit, rule, window });
    }
    return [...applied.values()];
  }

  #window(key: string, every: Milliseconds, now: Milliseconds): SlidingWindow | undefined {
    const known = this.#windows.get(key);
    if (known !== undefined) {
      known.lastUse = now;
      return known.window;
    }
    if (this.#windows.size >= MOST_WINDOWS) this.#forget(now);
    // Forgetting one that counts would give its agent all of it anew.
    if (this.#windows.size >= MOST_WINDOWS) return undefined;
    const window = new SlidingWindow(every, now);
    this.#windows.set(key, { window, every, lastUse: now });
    return window;
  }

  #forget(now: Milliseconds): void {
    for (const [key, { window, every, lastUse }] of this.#windows) {
      if (now - lastUse > every && window.used(now) === 0) this.#windows.delete(key);
    }
  }
}

const NOTHING = (): void => {};

function isLimited({ decision }: Counted): boolean {
  return decision.obligations.some(({ kind }) => kind === 'limit');
}

function countedFor({ per }: Limit, { subject, authority }: Counted): string {
  switch (per) {
    case 'agent':
      return subject.attributes.agent;
    case 'session':
      return `${subject.attributes.agent} ${subject.session}`;
    case 'destination':
      return `${hostText(authority.host)}:${authority.port}`;
    case 'rule':
      return '';
  }
}

function mostOf({ requests, bytes }: Limit): number {
  return requests ?? bytes ?? 0;
}

function leftOf({ limit, window }: Applied, now: Milliseconds): number {
  return mostOf(limit) - window.used(now);
}

function exceeded({ limit, rule, window }: Applied, now: Milliseconds): Exceeded {
  const { requests, every, per } = limit;
  const what = requests === undefined ? `${limit.bytes} bytes` : `${requests} requests`;
  return {
    rule,
    reason: `${what} in ${every / 1000} s for each ${per} are used up`,
    retryAfter: window.untilAtMost(mostOf(limit) - 1, now),
  };
}
