import type { Failure } from '../codes.ts';
import type { Result } from '../result.ts';
import type { Instant } from '../units.ts';

/** What was used of a limit, as it is kept. */
export interface KeptWindow {
  /** As whoever counts has written it. */
  readonly used: string;
  /** When nothing of it counts any more. */
  readonly endsAt: Instant;
}

/** Windows of limits that several processes count in. Every failure is store_unavailable. */
export interface LimitStore {
  /**
   * Counts in some windows, and nobody else in any of them meanwhile.
   * @param keys each once; of a length that can be kept
   * @param count is given what is kept by key, nothing of those that are new, and the time of the store, which is that of everybody;
   *   yields what is to be kept
   */
  count(
    keys: readonly string[],
    count: (kept: ReadonlyMap<string, string>, now: Instant) => ReadonlyMap<string, KeptWindow>,
  ): Promise<Result<void, Failure>>;
  /** Removes what has ended before then. */
  purge(before: Instant): Promise<Result<void, Failure>>;
}
