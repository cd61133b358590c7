import type { Failure } from '../codes.ts';
import type { Result } from '../result.ts';
import type { Instant } from '../units.ts';

/** What a legal hold covers: all of what is given has to fit, and something is given. */
export interface HoldScope {
  readonly subject?: string | undefined;
  readonly session?: string | undefined;
  /** Label of a home, as policy and record name it. */
  readonly home?: string | undefined;
  readonly since?: Instant | undefined;
  /** The first instant that is too late. */
  readonly until?: Instant | undefined;
}

/** What is neither removed nor shredded, whatever the retention says, until somebody ends it. */
export interface LegalHold extends HoldScope {
  readonly id: string;
  readonly createdAt: Instant;
  /** Who had it made, and why. */
  readonly by: string;
  readonly reason: string;
}

/** Legal holds, shared by all replicas. Every failure is store_unavailable. */
export interface LegalHoldStore {
  /** @returns false where there are {@link MOST_HOLDS} already: then there is none more */
  add(hold: LegalHold): Promise<Result<boolean, Failure>>;
  /** In the order in which they were made. */
  list(): Promise<Result<readonly LegalHold[], Failure>>;
  /** False where there is no such hold. */
  remove(id: string): Promise<Result<boolean, Failure>>;
}

/** Each is compared with every record that retention looks at. */
export const MOST_HOLDS = 1000;

/** What is asked whether it is held: a record, or something that lasted. */
export interface HeldThing {
  readonly subject?: string | undefined;
  readonly session?: string | undefined;
  readonly home?: string | undefined;
  /** When it was, or began. */
  readonly from: Instant;
  /** When it ended; absent for one instant. */
  readonly to?: Instant;
}

/** The first of the holds that covers it. */
export function holdOn<H extends HoldScope>(holds: readonly H[], thing: HeldThing): H | undefined {
  return holds.find(({ subject, session, home, since, until }) => {
    const fits =
      (subject === undefined || subject === thing.subject) &&
      (session === undefined || session === thing.session) &&
      (home === undefined || home === thing.home);
    return fits && (since === undefined || (thing.to ?? thing.from) >= since) && (until === undefined || thing.from < until);
  });
}
