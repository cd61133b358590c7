import type { Settings } from '../../config/settings-schema.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { AttemptLimiter } from '../../identity/attempt-limiter.ts';
import { createLimitRepository } from '../../store/fleet/limit-repository.ts';
import type { Database } from '../../store/database.ts';
import { SessionTable } from '../../identity/session.ts';
import { type LimitLedger } from '../../pipeline/limiting/limit-ledger.ts';
import { LimitWindows } from '../../pipeline/limiting/limit-windows.ts';
import { SharedWindows } from '../../pipeline/limiting/shared-windows.ts';
import { DEFAULT_BUDGET, LookupBudget } from '../../pipeline/lookup-budget.ts';

export interface CountingParts extends Pick<Database, 'db'> {
  readonly clock: Clock;
  readonly random: Random;
}

/** What is counted about those who ask, over all that they ask. */
export interface Counting {
  readonly limits: LimitLedger;
  readonly sessions: SessionTable;
  readonly attempts: AttemptLimiter;
  readonly lookups: LookupBudget;
}

/** All of it counted by this process, which takes in everything there is; limits in a store that other replicas count in as well. */
export function countedHere({ store }: Pick<Settings, 'store'>, parts: CountingParts): Counting {
  const { db, clock, random } = parts;
  return {
    limits: store.url === 'sqlite' ? new LimitWindows(clock) : new SharedWindows(createLimitRepository(db, clock), clock),
    sessions: new SessionTable({ clock, random }),
    attempts: new AttemptLimiter({ clock }),
    lookups: new LookupBudget(DEFAULT_BUDGET, clock),
  };
}
