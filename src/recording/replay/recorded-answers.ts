import type { JoinedExchange } from '../export/joined-exchange.ts';

/** What a replay has for a request. */
export type Turn =
  | { readonly exchange: JoinedExchange }
  /** Nothing, or nothing any more: so many such requests are on the record, and none of them is left. */
  | { readonly recorded: number };

interface Entry {
  readonly exchange: JoinedExchange;
  isUsed: boolean;
}

export interface AnswerOrder {
  /** Who asks more often than is recorded gets the last answer again. */
  readonly repeatLast: boolean;
}

/**
 * The answers of one session by what was asked for, each given once: the n-th request for something gets what the n-th recorded one
 * got. How many connections an agent opens is not part of what it asks for, so that CONNECTs are matched only where they were
 * refused: one is refused again when everything that was recorded before it with the same authority has been asked for.
 */
export class RecordedAnswers {
  readonly #repeatLast: boolean;
  readonly #byRequest: ReadonlyMap<string, readonly Entry[]>;
  /** Refused CONNECTs, and what was asked inside those that were not, in their order. */
  readonly #byAuthority: ReadonlyMap<string, readonly Entry[]>;
  /** Authorities of tunnels that nobody looked into. */
  readonly #opaque: ReadonlySet<string>;

  /** @param exchanges of one session, in the order of their decisions */
  constructor(exchanges: readonly JoinedExchange[], { repeatLast }: AnswerOrder) {
    const entries = exchanges.filter(isAsked).map((exchange) => ({ exchange, isUsed: false }));
    const tunnels = new Map(exchanges.filter(isConnect).map(({ first }) => [first.exchange, first.target]));
    this.#repeatLast = repeatLast;
    this.#byRequest = grouped(
      entries.filter(({ exchange }) => !isConnect(exchange)),
      ({ exchange: { first } }) => requestKey(first.method, first.target),
    );
    this.#byAuthority = grouped(entries, ({ exchange }) => {
      const { target, tunnel } = exchange.first;
      return isConnect(exchange) ? target : tunnel && tunnels.get(tunnel);
    });
    this.#opaque = new Set(exchanges.filter(isOpaque).map(({ first }) => first.target ?? ''));
  }

  /** Exchanges that may be asked for. */
  get size(): number {
    return this.#unique().size;
  }

  /** Of those, what nobody has asked for yet, in the order of the record where it was asked for alike. */
  get left(): readonly JoinedExchange[] {
    return [...this.#unique()].filter(({ isUsed }) => !isUsed).map(({ exchange }) => exchange);
  }

  /** @param target as records have it: without query values, masked */
  take(method: string, target: string): Turn {
    return this.#next(this.#byRequest.get(requestKey(method, target)) ?? []);
  }

  /** What a CONNECT gets; undefined: a tunnel, whose requests have answers of their own, or none. */
  takeRefusal(authority: string): Turn | undefined {
    const entries = this.#byAuthority.get(authority) ?? [];
    const next = entries.find(({ isUsed }) => !isUsed);
    if (next !== undefined) return isConnect(next.exchange) ? this.#next([next]) : undefined;
    const isOnlyRefused = entries.length > 0 && entries.every(({ exchange }) => isConnect(exchange));
    return isOnlyRefused ? this.#next(entries) : undefined;
  }

  /** Whether a tunnel to it is on the record that was not looked into: what was asked inside nobody knows. */
  isOpaque(authority: string): boolean {
    return this.#opaque.has(authority);
  }

  #next(entries: readonly Entry[]): Turn {
    const next = entries.find(({ isUsed }) => !isUsed) ?? (this.#repeatLast ? entries.at(-1) : undefined);
    if (next === undefined) return { recorded: entries.length };
    next.isUsed = true;
    return { exchange: next.exchange };
  }

  #unique(): ReadonlySet<Entry> {
    return new Set([...this.#byRequest.values(), ...this.#byAuthority.values()].flat());
  }
}

/** CONNECT has one where it was refused in its own answer; in a tunnel that was opened, its requests are what was asked. */
function isAsked(exchange: JoinedExchange): boolean {
  if (exchange.first.target === undefined) return false;
  return !isConnect(exchange) || (exchange.decision.decision !== 'permit' && exchange.outcome?.status !== 200);
}

function isConnect({ first }: JoinedExchange): boolean {
  return first.exchangeKind === 'connect';
}

/** An intercepted tunnel dials nothing itself. */
function isOpaque(exchange: JoinedExchange): boolean {
  return isConnect(exchange) && exchange.outcome?.dialled !== undefined;
}

function requestKey(method: string | undefined, target: string | undefined): string {
  return `${method} ${target}`;
}

function grouped(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string | undefined,
): ReadonlyMap<string, readonly Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}
