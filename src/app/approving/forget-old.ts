import { setTimeout as pause } from 'node:timers/promises';
import type { ApprovalStore, GrantStore } from '../../core/approval/approval-store.ts';
import type { Failure } from '../../core/codes.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';

/** Rows that one statement removes: decisions wait behind it for some milliseconds. */
const BATCH = 200;
/** Time for others between two batches. */
const REST: Milliseconds = 20;

/**
 * Forgets approvals that came to their end before, in batches, so that nobody who decides meanwhile has to wait for all of
 * them. Several may do it at once.
 * @failure store_unavailable; what was forgotten until then stays forgotten
 */
export function forgetApprovals(
  approvals: Pick<ApprovalStore, 'purge'>,
  { before, now }: { readonly before: Instant; readonly now: Instant },
  until?: AbortSignal,
): Promise<Result<number, Failure>> {
  return inBatches((most) => approvals.purge(before, now, most), until);
}

/** The same for grants whose end came before. @failure store_unavailable */
export function forgetGrants(
  grants: Pick<GrantStore, 'purge'>,
  before: Instant,
  until?: AbortSignal,
): Promise<Result<number, Failure>> {
  return inBatches((most) => grants.purge(before, most), until);
}

async function inBatches(
  forget: (most: number) => Promise<Result<number, Failure>>,
  until: AbortSignal | undefined,
): Promise<Result<number, Failure>> {
  for (let all = 0; ;) {
    const forgotten = await forget(BATCH);
    if (!forgotten.ok) return forgotten;
    all += forgotten.value;
    if (forgotten.value < BATCH || until?.aborted === true) return ok(all);
    await pause(REST, undefined, { ref: false });
  }
}
