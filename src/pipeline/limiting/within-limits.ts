import { fail, ok, type Result } from '../../core/result.ts';
import type { Permitted } from '../judging/permitted.ts';
import type { Refusal } from '../judging/refusal.ts';
import type { Services } from '../services.ts';
import type { CountedUse, Exceeded } from './limits.ts';
import { credentialOf, isPutInto } from '../credentials/credential-use.ts';

/**
 * Takes a request that may leave out of its limits, at once where this process counts them. A tunnel whose requests are judged one by one is none by itself.
 * @returns gives it back
 * @failure limit_exceeded, with the time to wait; overloaded where there are too many limits to count
 */
export function withinLimits(
  permitted: Permitted,
  { limits, inForce }: Pick<Services, 'limits' | 'inForce'>,
): Result<() => void, Refusal> | Promise<Result<() => void, Refusal>> {
  if (permitted.intercept !== undefined) return ok(() => {});
  const begun = limits.begin(permitted, useOf(permitted, inForce));
  return begun instanceof Promise ? begun.then((known) => orRefusal(known, permitted)) : orRefusal(begun, permitted);
}

/** Undefined where nothing is put in, or as often as it is asked for. */
function useOf(permitted: Permitted, inForce: Services['inForce']): CountedUse | undefined {
  const { obligations } = permitted.decision;
  const asked = obligations.find((each) => each.kind === 'credential');
  if (asked?.uses === undefined) return undefined;
  const credential = credentialOf(permitted.decision, inForce());
  // One that is declared no more goes into nothing, and is refused where it would.
  return credential === undefined || isPutInto(permitted, credential) ? { credential: asked.id, uses: asked.uses } : undefined;
}

function orRefusal(begun: Result<() => void, Exceeded>, permitted: Permitted): Result<() => void, Refusal> {
  if (begun.ok) return begun;
  const { by, reason, retryAfter } = begun.failure;
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfter / 1000));
  if (by === undefined) return fail({ code: 'overloaded', detail: reason, retryAfterSeconds, progress: permitted });
  return fail({
    code: 'limit_exceeded',
    reason: `The limit of ${by}: ${reason}`,
    retryAfterSeconds,
    progress: permitted,
  });
}
