import type { ContentEvent, DecisionEvent, OutcomeEvent, RecordFrame } from '../../core/exchange/record.ts';
import type { Bytes } from '../../core/units.ts';

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
  /** What was recorded of its content, still sealed. */
  readonly content: readonly ContentEvent[];
  /** There was content that is not here, since too much of it was open at once. */
  readonly isContentLeftOut: boolean;
}

/** Exchanges that are waited for at a time. */
const MOST_OPEN = 65_536;

interface OpenExchange {
  readonly first: DecisionRecord;
  decision: DecisionRecord;
  content: ContentEvent[];
  isContentLeftOut: boolean;
}

/**
 * Puts the records of exchanges together, in the order in which exchanges end. What is still open at the end comes
 * last. Beyond a number of open ones the oldest is given without its outcome, which is then passed over.
 */
export class ExchangeJoin {
  readonly #open = new Map<string, OpenExchange>();
  readonly #capacity: number;
  readonly #mostContent: Bytes;
  #contentBytes: Bytes = 0;
  #cut = 0;

  /**
   * @param bounds `open`: most exchanges that are open at once, at least 1; `content`: most of their content, sealed, that is
   * kept at once; where it is 0 none is, and none is missed
   */
  constructor({ open = MOST_OPEN, content = 0 }: { readonly open?: number | undefined; readonly content?: Bytes } = {}) {
    this.#capacity = open;
    this.#mostContent = content;
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
    this.#open.set(decision.exchange, { first: decision, decision, content: [], isContentLeftOut: false });
    return oldest;
  }

  /** Takes a piece of content, unless its decision was not taken or is given already. */
  keep(event: ContentEvent): void {
    const known = this.#open.get(event.exchange);
    if (known === undefined || known.isContentLeftOut || this.#mostContent === 0) return;
    known.content.push(event);
    this.#contentBytes += event.sealed.length;
    for (const each of this.#open.values()) {
      if (this.#contentBytes <= this.#mostContent) return;
      if (each.content.length === 0) continue;
      this.#release(each);
      each.content = [];
      each.isContentLeftOut = true;
    }
  }

  /** Takes an outcome; gives its exchange, unless its decision was not taken or is given already. */
  end(outcome: OutcomeRecord): JoinedExchange | undefined {
    const known = this.#open.get(outcome.exchange);
    if (known === undefined) return undefined;
    this.#open.delete(outcome.exchange);
    this.#release(known);
    return { ...known, outcome };
  }

  /** What is open, oldest first; nothing is open afterwards. */
  *rest(): Generator<JoinedExchange> {
    yield* this.#open.values();
    this.#open.clear();
    this.#contentBytes = 0;
  }

  #release({ content }: OpenExchange): void {
    for (const { sealed } of content) this.#contentBytes -= sealed.length;
  }

  #takeOldest(): JoinedExchange | undefined {
    for (const [id, exchange] of this.#open) {
      this.#open.delete(id);
      this.#release(exchange);
      this.#cut += 1;
      return exchange;
    }
    return undefined;
  }
}
