import type { ExchangeId, PolicyDigest } from '../../core/ids.ts';
import type { Instant } from '../../core/units.ts';
import type { Untold } from './untold.ts';
import type { Change, Verdict } from './verdict.ts';

/** What would change under a candidate policy. Made of plain data; counts are of exchanges. */
export interface SimulationResult {
  /** The candidate. */
  readonly policy: PolicyDigest;
  /** The moment as of which it was asked: what has ended by then counts no more. */
  readonly now: Instant;
  /** Asked again with an answer: `same` and `changed` together. */
  readonly decided: number;
  readonly same: number;
  readonly changed: number;
  readonly changes: readonly { readonly change: Change; readonly count: number }[];
  /** Nobody can tell, by the reason. */
  readonly untold: readonly { readonly because: Untold; readonly count: number }[];
  /** The gateway's own requests, which no agent makes. */
  readonly own: number;
  /** Ended before any policy was asked: nobody was recognised, or nothing could be read or looked up. */
  readonly unasked: number;
  /** What the changed exchanges are about. One that is about two rules counts for both. */
  readonly rules: NamedCounts;
  readonly subjects: NamedCounts;
  /** By `host:port`. */
  readonly destinations: NamedCounts;
  /** Changed exchanges of one subject to one destination that change alike; the most frequent first. */
  readonly groups: readonly ChangedGroup[];
  /** Changed exchanges beyond the groups that are told apart. */
  readonly ungrouped: number;
}

export interface NamedCounts {
  /** The most frequent first. */
  readonly named: readonly { readonly name: string; readonly count: number }[];
  /** Of names beyond those that are told apart. */
  readonly others: number;
}

export interface ChangedGroup {
  readonly change: Change;
  readonly subject: string;
  /** `host:port` */
  readonly destination: string;
  readonly before: Verdict;
  readonly after: Verdict;
  readonly count: number;
  /** One of them, to look at. */
  readonly exchange: ExchangeId;
  /** RFC 3339, of the earliest and the latest decision. */
  readonly first: string;
  readonly last: string;
}
