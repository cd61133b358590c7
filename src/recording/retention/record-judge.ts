import { holdOn, type LegalHold } from '../../core/exchange/legal-hold.ts';
import type { DecisionEvent, Record as RecordOf } from '../../core/exchange/record.ts';
import type { Instant } from '../../core/units.ts';
import { statedHome } from './shelves.ts';
import { keptFor, retentionClassOf, type RetentionTerms } from './retention-terms.ts';

/** What retention needs to know of the records of one chain. */
export interface JudgeMeans {
  readonly terms: RetentionTerms;
  readonly holds: readonly LegalHold[];
}

/** When the time of a record is over; `heldBy`: the id of a hold, under which it never is. */
export interface Judgement {
  readonly dueAt: Instant;
  readonly heldBy?: string | undefined;
}

interface OpenExchange {
  readonly home: string | undefined;
  readonly heldBy: string | undefined;
}

/** Exchanges that have not ended, by id: a decision alone says whose what follows is. */
export type OpenExchanges = ReadonlyMap<string, OpenExchange>;

/** Kept whatever is said of it: nobody can tell what it is. */
const NEVER: Judgement = { dueAt: Number.POSITIVE_INFINITY };

/** Judges the records of one chain, in their order. */
export class RecordJudge {
  readonly #means: JudgeMeans;
  #open = new Map<string, OpenExchange>();

  constructor(means: JudgeMeans) {
    this.#means = means;
  }

  /** What it has to know of earlier records, to go on behind them another time. */
  get open(): OpenExchanges {
    return new Map(this.#open);
  }

  /** Goes on as if it had read up to where these were open. */
  resume(open: OpenExchanges): void {
    this.#open = new Map(open);
  }

  judge(line: Buffer): Judgement {
    const record = parsed(line);
    const at = record === undefined ? Number.NaN : Date.parse(record.time);
    if (record === undefined || Number.isNaN(at)) return NEVER;
    const { terms, holds } = this.#means;
    const dueAt = at + keptFor(terms, retentionClassOf(record.kind), undefined);
    switch (record.kind) {
      case 'decision':
        return this.#decision(record, at);
      case 'content':
      case 'progress':
      case 'outcome':
        return this.#later(record, at);
      case 'folded':
        return { dueAt, heldBy: holdOn(holds, { subject: record.subject, from: at })?.id };
      case 'gap':
      case 'policy':
      case 'admin':
        return { dueAt, heldBy: holdOn(holds, { from: at })?.id };
      default:
        // Of a later version of this program.
        return NEVER;
    }
  }

  #decision({ exchange, subject, session, home }: DecisionEvent, at: Instant): Judgement {
    const { terms, holds } = this.#means;
    // Held once is held with all that follows, also where a later decision of it falls behind a range of time.
    const heldBy = this.#open.get(exchange)?.heldBy ?? holdOn(holds, { subject, session, home, from: at })?.id;
    this.#open.set(exchange, { home, heldBy });
    return { dueAt: at + keptFor(terms, 'metadata', home), heldBy };
  }

  #later(record: Extract<RecordOf, { readonly kind: 'content' | 'progress' | 'outcome' }>, at: Instant): Judgement {
    const { kind, exchange } = record;
    const { terms, holds } = this.#means;
    const known = this.#open.get(exchange);
    if (kind === 'outcome') this.#open.delete(exchange);
    const home = known === undefined ? statedHome(record) : known.home;
    const heldBy = known?.heldBy ?? holdOn(holds, { home: typeof home === 'string' ? home : undefined, from: at })?.id;
    return { dueAt: at + keptFor(terms, retentionClassOf(kind), home), heldBy };
  }
}

function parsed(line: Buffer): RecordOf | undefined {
  try {
    return JSON.parse(line.toString('latin1')) as RecordOf;
  } catch {
    return undefined;
  }
}
