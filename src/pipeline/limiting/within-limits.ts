import { fail, ok, type Result } from '../../core/result.ts';
import type { Permitted } from '../judging/permitted.ts';
import type { Refusal } from '../judging/refusal.ts';
import type { Services } from '../services.ts';
import type { Exceeded } from './limits.ts';

/**
 * Takes a request that may leave out of its limits, at once where this process counts them. A tunnel whose requests are judged one by one is none by itself.
 * @returns gives it back
 * @failure limit_exceeded, with the time to wait; overloaded where there are too many limits to count
 */
export function withinLimits(
  permitted: Permitted,
  { limits }: Pick<Services, 'limits'>,
): Result<() => void, Refusal> | Promise<Result<() => void, Refusal>> {
  if (permitted.intercept !== undefined) return ok(() => {});
  const begun = limits.begin(permitted);
  return begun instanceof Promise ? begun.then((known) => orRefusal(known, permitted)) : orRefusal(begun, permitted);
}

function orRefusal(begun: Result<() => void, Exceeded>, permitted: Permitted): Result<() => void, Refusal> {
  if (begun.ok) return begun;
  const { rule, reason, retryAfter } = begun.failure;
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfter / 1000));
  if (rule === undefined) return fail({ code: 'overloaded', detail: reason, retryAfterSeconds, progress: permitted });
  return fail({
    code: 'limit_exceeded',
    reason: `The limit of rule ${rule}: ${reason}`,
    retryAfterSeconds,
    progress: permitted,
  });
}
