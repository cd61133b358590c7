import type { Clock, Random } from '../../core/ports.ts';
import { AttemptLimiter } from '../../identity/attempt-limiter.ts';
import { SessionTable } from '../../identity/session.ts';
import { type LimitLedger, LimitWindows } from '../../pipeline/limiting/limit-windows.ts';
import { DEFAULT_BUDGET, LookupBudget } from '../../pipeline/lookup-budget.ts';

/** What is counted about those who ask, over all that they ask. */
export interface Counting {
  readonly limits: LimitLedger;
  readonly sessions: SessionTable;
  readonly attempts: AttemptLimiter;
  readonly lookups: LookupBudget;
}

/** All of it counted by this process, which takes in everything there is. */
export function countedHere(clock: Clock, random: Random): Counting & { readonly limits: LimitWindows } {
  return {
    limits: new LimitWindows(clock),
    sessions: new SessionTable({ clock, random }),
    attempts: new AttemptLimiter({ clock }),
    lookups: new LookupBudget(DEFAULT_BUDGET, clock),
  };
}
