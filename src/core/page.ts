import type { Instant } from './units.ts';

/** Which part of a list is asked for, newest first. */
export interface PageQuery {
  /** At least 1. */
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: ListCursor;
}

/** A place in a list: ids tell apart what was made at one instant. */
export interface ListCursor {
  readonly createdAt: Instant;
  readonly id: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly next?: ListCursor;
}
