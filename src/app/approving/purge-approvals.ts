import type { Refusal } from '../../admin/problem.ts';
import type { ApprovalStore } from '../../core/approval/approval-store.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { onRecord } from '../people/on-record.ts';
import { forgetApprovals } from './forget-old.ts';

/** Forgets approvals that came to their end before; what was decided on them stays on the record. */
export async function purgeApprovals(
  settledBefore: Instant,
  by: Principal,
  { approvals, record, clock }: { readonly approvals: ApprovalStore; readonly record: RecordAdmin; readonly clock: Clock },
): Promise<Result<number, Refusal>> {
  // The store forgets by age alone: a part of it would be more than this person may see.
  if (!by.places.any || by.groups.length > 0) {
    return fail({ status: 403, detail: 'Your role covers a part of the approvals, and a purge covers all of them' });
  }
  const entry = {
    by,
    action: 'approvals.purged',
    details: { settledBefore: new Date(settledBefore).toISOString() },
  } as const;
  return onRecord(entry, () => forgetApprovals(approvals, { before: settledBefore, now: clock.now() }), record);
}
