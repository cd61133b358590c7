import type { DecisionEvent, OutcomeEvent, RecordFrame } from '../../core/exchange/record.ts';

/** A decision record as it was written. */
export type DecisionRecord = RecordFrame & DecisionEvent;
type OutcomeRecord = RecordFrame & OutcomeEvent;

/** One exchange of one writer, from its records. */
export interface JoinedExchange {
  /** The first decision: one that was held has a second when it is let go or refused. */
  readonly first: DecisionRecord;
  /** The last decision; mostly the first. */
  readonly decision: DecisionRecord;
  /** Absent while the exchange runs, where its process was killed, and beyond {@link ExchangeJoin} bounds. */
  readonly outcome?: OutcomeRecord;
}

/** Exchanges that are waited for at a time. */
const MOST_OPEN = 65_536;

/**
 * Puts decisions and outcomes of one writer together, in the order in which exchanges end. What is still open at the end comes
 * last. Beyond a number of open ones the oldest is given without its outcome, which is then passed over.
 */
export class ExchangeJoin {
  readonly #open = new Map<string, { first: DecisionRecord; decision: DecisionRecord }>();
  readonly #capacity: number;
  #cut = 0;

  /** @param capacity most exchanges that are open at once, at least 1 */
  constructor(capacity = MOST_OPEN) {
    this.#capacity = capacity;
  }

  /** How many were given without their outcome because too many were open. */
  get cut(): number {
    return this.#cut;
  }

  /** Takes a decision; gives the oldest open exchange where there are too many. */
  decide(decision: DecisionRecord): JoinedExchange | undefined {
    const known = this.#open.get(decision.exchange);
    if (known !== undefined) {
      known.decision = decision;
      return undefined;
    }
    const oldest = this.#open.size < this.#capacity ? undefined : this.#takeOldest();
    this.#open.set(decision.exchange, { first: decision, decision });
    return oldest;
  }

  /** Takes an outcome; gives its exchange, unless its decision was not taken or is given already. */
  end(outcome: OutcomeRecord): JoinedExchange | undefined {
    const known = this.#open.get(outcome.exchange);
    if (known === undefined) return undefined;
    this.#open.delete(outcome.exchange);
    return { ...known, outcome };
  }

  /** What is open, oldest first; nothing is open afterwards. */
  *rest(): Generator<JoinedExchange> {
    yield* this.#open.values();
    this.#open.clear();
  }

  #takeOldest(): JoinedExchange | undefined {
    for (const [id, exchange] of this.#open) {
      this.#open.delete(id);
      this.#cut += 1;
      return exchange;
    }
    return undefined;
  }
}
