import type { Failure } from '../codes.ts';
import type { ExchangeKind } from './decision.ts';
import type { HoldScope } from './legal-hold.ts';
import type { Page, PageQuery } from '../page.ts';
import type { Result } from '../result.ts';
import type { Bytes, Instant, Milliseconds } from '../units.ts';

/** An exchange as the index has it: what its records say in brief, and where they lie. Members are absent where the record has none. */
export interface IndexedExchange {
  readonly id: string;
  /** Of its first decision record. */
  readonly createdAt: Instant;
  /** Who wrote its records, and the sequence number of the first. */
  readonly writer: string;
  readonly seq: number;
  readonly session?: string | undefined;
  readonly subject?: string | undefined;
  /** As the record names it: `eu`, `DE+FR`. */
  readonly home?: string | undefined;
  readonly kind?: ExchangeKind | undefined;
  readonly method?: string | undefined;
  /** As recorded: masked, without query values. */
  readonly target?: string | undefined;
  /** Of the target, lower case, without port. */
  readonly host?: string | undefined;
  /** The last one: what was held and let go is a permit. */
  readonly decision: 'permit' | 'hold' | 'deny';
  /** Why it was refused, or how it failed. */
  readonly code?: string | undefined;
  readonly wouldDeny?: string | undefined;
  readonly rules: readonly string[];
  readonly place?: { readonly entry: string; readonly processing: string; readonly storage: string } | undefined;
  /** The legal basis, where it left home. */
  readonly transfer?: string | undefined;
  readonly policy?: string | undefined;
  /** What it waited for, or was let go by. */
  readonly approval?: string | undefined;
  /** Absent while it runs, and where nothing tells how it ended. */
  readonly outcome?: IndexedOutcome | undefined;
}

export interface IndexedOutcome {
  /** Absent where the client got none. */
  readonly status?: number | undefined;
  readonly sent: Bytes;
  readonly received: Bytes;
  readonly total: Milliseconds;
  readonly findings: Readonly<{ [entity: string]: number }>;
}

/** An agent run, as far as it is recorded. */
export interface IndexedSession {
  readonly id: string;
  readonly subject?: string | undefined;
  readonly home?: string | undefined;
  readonly firstAt: Instant;
  /** Of its last decision. */
  readonly lastAt: Instant;
  /** Decision records by what they say: an exchange that was held and let go counts for both. */
  readonly decisions: { readonly permit: number; readonly hold: number; readonly deny: number };
  readonly sent: Bytes;
  readonly received: Bytes;
  readonly findings: number;
}

/** Recorded content of a session that was made unreadable, as the record of it says. */
export interface IndexedShredding {
  readonly session: string;
  readonly at: Instant;
  /** Whose chain that record is in, and its sequence number there. */
  readonly writer: string;
  readonly seq: number;
  /** Who did it: a person, `local:<user>`, `cordon` when the time was over. */
  readonly by: string;
  readonly reason: string;
  /** Why what was recorded did not come about after all: takes back the one before it that says the same. */
  readonly failed?: string | undefined;
}

/** Which exchanges somebody wants; what is absent says nothing. */
export interface ExchangeFilter {
  readonly since?: Instant;
  /** Exclusive. */
  readonly until?: Instant;
  readonly subject?: string;
  readonly session?: string;
  /** A name, or `*.suffix` for all names below it. */
  readonly host?: string;
  readonly decision?: IndexedExchange['decision'];
  readonly code?: string;
  /** One of the three places, as recorded. */
  readonly place?: string;
  readonly rule?: string;
  readonly entity?: string;
  /** Homes that may be seen; absent: all, and what has none. */
  readonly homes?: readonly string[];
}

/** How many exchanges had a place where their content was processed, by what was decided. */
export interface PlaceCount {
  /** As recorded: `DE`, `aws:eu-central-1`, `unknown`. */
  readonly place: string;
  readonly decision: IndexedExchange['decision'];
  readonly count: number;
}

/** A block of the record of a writer. */
export interface RecordSpot {
  readonly segment: number;
  readonly offset: Bytes;
  readonly block: number;
}

/** An exchange with the blocks that its records are in, in order. */
export interface FoundExchange {
  readonly exchange: IndexedExchange;
  readonly spots: readonly RecordSpot[];
}

/** The index over exchanges and sessions, read. Every failure is store_unavailable. */
export interface ExchangeIndex {
  /** Newest first. Looks through a bounded part of the index: a page may be short, or empty, and have a next one. */
  list(query: ExchangeFilter & PageQuery): Promise<Result<Page<IndexedExchange>, Failure>>;
  find(id: string): Promise<Result<FoundExchange | undefined, Failure>>;
  /** Over the newest exchanges that match; `isWhole` is false where there are more of them than were counted. */
  places(
    filter: ExchangeFilter,
  ): Promise<Result<{ readonly counts: readonly PlaceCount[]; readonly isWhole: boolean }, Failure>>;
  /** The one with the latest decision first. */
  sessions(query: Pick<ExchangeFilter, 'subject' | 'homes'> & PageQuery): Promise<Result<Page<IndexedSession>, Failure>>;
  session(id: string): Promise<Result<IndexedSession | undefined, Failure>>;
  /** What was shredded of a session, in order; those that did not come about are left out. */
  shreddings(session: string): Promise<Result<readonly IndexedShredding[], Failure>>;
  /** Every home that an exchange or session has. */
  homes(): Promise<Result<readonly string[], Failure>>;
}

/** What a piece of a chain adds to the index. */
export interface IndexBatch {
  /** Whole rows: of exchanges that are new, and of those that went on. */
  readonly exchanges: readonly FoundExchange[];
  /** Of exchanges whose decision was not in reach. */
  readonly outcomes: readonly LateOutcome[];
  /** Added to what the index has of a session. */
  readonly sessions: readonly IndexedSession[];
  readonly shreddings: readonly IndexedShredding[];
}

export interface LateOutcome {
  readonly id: string;
  readonly code?: string;
  readonly outcome: IndexedOutcome;
  readonly spot: RecordSpot;
}

/** What is past its retention. */
export interface ForgottenExchanges {
  readonly before: Instant;
  /** Of this home alone. */
  readonly home?: string;
  /** Of all homes but these, and what has none. */
  readonly butHomes?: readonly string[];
  /** What is under a legal hold stays. */
  readonly holds: readonly HoldScope[];
}

/** The same index, written. Every failure is store_unavailable. */
export interface ExchangeIndexWriter {
  /** How far the chain of a writer is indexed; undefined where nothing of it is. */
  position(writer: string): Promise<Result<RecordSpot | undefined, Failure>>;
  /**
   * Adds what lies between two positions, all of it or nothing.
   * @param from must be the position of the writer, else nothing is added: somebody else was there
   */
  add(
    writer: string,
    from: RecordSpot | undefined,
    to: RecordSpot,
    batch: IndexBatch,
  ): Promise<Result<'added' | 'moved', Failure>>;
  /** Forgets exchanges that began, and sessions that ended before; at most so many of each. @returns how many of either at most */
  forget(what: ForgottenExchanges, most: number): Promise<Result<number, Failure>>;
  /** Forgets everything, of all writers. */
  clear(): Promise<Result<void, Failure>>;
  /** How many exchanges are indexed. */
  count(): Promise<Result<number, Failure>>;
}
