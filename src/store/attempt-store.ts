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

function reasonOf(error: unknown): string {
  // A host with several addresses that all failed: the error itself says nothing.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
