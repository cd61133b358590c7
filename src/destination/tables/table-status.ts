import type { Milliseconds } from '../../core/units.ts';

export type TableKind = 'catalogue' | 'regions' | 'jurisdictions' | 'ranges' | 'anycast' | 'geoip';

/** One table as it stands now: for the start banner, `geo status`, metrics and readiness. */
export interface TableStatus {
  readonly name: string;
  readonly kind: TableKind;
  /** The day its data is of, `YYYY-MM-DD`; absent for a table that is missing. */
  readonly date?: string;
  readonly age?: Milliseconds;
  readonly rows: number;
  /** Older than its limit, or dated in the future: it proves nothing. */
  readonly stale: boolean;
  /** Why the table is not there. */
  readonly problem?: string;
  readonly source: string;
  readonly licence: string;
  /** One sentence for people. */
  readonly proves: string;
}

/** Clocks differ a little and publishers date by their own day; a date further ahead is a wrong date or a wrong clock. */
const CLOCK_TOLERANCE: Milliseconds = 2 * 86_400_000;

/** Whether data of this age may still prove anything. Data from the future would never become old, so it is not believed. */
export function isStale(age: Milliseconds, maxAge: Milliseconds): boolean {
  return age > maxAge || age < -CLOCK_TOLERANCE;
}
