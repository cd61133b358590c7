import type { ApprovalStore, GrantStore } from '../../core/approval/approval-store.ts';
import type { Clock, Journal } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { Log } from '../../telemetry/log.ts';
import { forgetApprovals, forgetGrants } from '../approving/forget-old.ts';

const LOOK_EVERY: Milliseconds = 3_600_000;

export interface RetentionParts {
  readonly approvals: Pick<ApprovalStore, 'purge'>;
  readonly grants: Pick<GrantStore, 'purge'>;
  /** `approvals.retention` */
  readonly retention: Milliseconds;
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'append'>;
  readonly log: Log;
}

/**
 * Forgets approvals and grants whose end is longer ago than they are kept, now and every hour. What was decided stays on the
 * record, and how many were forgotten comes to it. Each replica does it; what another one has forgotten is not there any more.
 */
export function watchApprovalRetention(parts: RetentionParts, lookEvery: Milliseconds = LOOK_EVERY): Disposable {
  const stopped = new AbortController();
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      await forgetOld(parts, stopped.signal);
    } finally {
      isLooking = false;
    }
  };
  const timer = setInterval(() => void look(), lookEvery);
  timer.unref();
  void look();
  return {
    [Symbol.dispose]: () => {
      stopped.abort();
      clearInterval(timer);
    },
  };
}

async function forgetOld(parts: RetentionParts, until: AbortSignal): Promise<void> {
  const { retention, clock, journal, log } = parts;
  const now = clock.now();
  const before = Math.max(0, now - retention);
  const approvals = await forgetApprovals(parts.approvals, { before, now }, until);
  const grants = approvals.ok ? await forgetGrants(parts.grants, before, until) : approvals;
  const counts = { approvals: approvals.ok ? approvals.value : 0, grants: grants.ok ? grants.value : 0 };
  if (counts.approvals + counts.grants > 0) {
    const details = { settledBefore: new Date(before).toISOString(), ...counts };
    log.info(details, 'Approvals and grants that are past their retention were forgotten');
    await journal.append({ kind: 'admin', actor: 'cordon', action: 'approvals.purged', details });
  }
  // A store that is down is asked again in an hour; one that was closed has been asked too late.
  if (!grants.ok && !until.aborted) log.warn({ detail: grants.failure.detail }, 'Old approvals could not be forgotten');
}
