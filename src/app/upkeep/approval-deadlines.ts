import type { ApprovalStore } from '../../core/approval/approval-store.ts';
import type { Clock } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';

const LOOK_EVERY: Milliseconds = 1000;

/**
 * Ends approvals whose deadline has come, so that nobody finds them open any more. Whether one is over is told by its deadline
 * wherever it is used; this makes it final, whatever the clock does later.
 */
export function watchApprovalDeadlines(approvals: Pick<ApprovalStore, 'expireDue'>, clock: Clock): Disposable {
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    // A store that is down is looked at again in a second.
    await approvals.expireDue(clock.now());
    isLooking = false;
  };
  const timer = setInterval(() => void look(), LOOK_EVERY);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
