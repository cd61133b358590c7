import type { Failure } from '../core/codes.ts';
import { Defect } from '../core/defect.ts';
import { fail, ok, type Result } from '../core/result.ts';

/**
 * The result of a query, or the failure that its rejection means: the one place where errors of drivers become values.
 * @param action for the detail: `find token`
 * @failure store_unavailable
 */
export async function attemptStore<T>(action: string, query: () => Promise<T>): Promise<Result<T, Failure>> {
  try {
    return ok(await query());
  } catch (error) {
    if (error instanceof Defect) throw error;
    return fail({ code: 'store_unavailable', detail: `Cannot ${action}: ${reasonOf(error)}` });
  }
}

/** PostgreSQL's `deadlock_detected`: of two that wait for each other one was undone, so that the other can go on. */
const DEADLOCK = '40P01';
const ATTEMPTS = 3;

/**
 * The same for a single statement, or a single transaction, that changes many rows: undone for the sake of another one, it is
 * asked again.
 * @failure store_unavailable
 */
export async function attemptWrite<T>(action: string, query: () => Promise<T>): Promise<Result<T, Failure>> {
  return attemptStore(action, async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await query();
      } catch (error) {
        const isUndone = error instanceof Error && 'code' in error && error.code === DEADLOCK;
        if (!isUndone || attempt === ATTEMPTS) throw error;
      }
    }
  });
}

function reasonOf(error: unknown): string {
  // A host with several addresses that all failed: the error itself says nothing.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
