import type { ApprovalStore } from '../../core/approval/approval-store.ts';
import type { Clock } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import { CONSOLE_IDLE } from '../../identity/people/open-session.ts';
import type { EndingStore } from '../../store/upkeep/ending-store.ts';

const LOOK_EVERY: Milliseconds = 1000;

export interface EndingParts {
  readonly approvals: Pick<ApprovalStore, 'expireDue'>;
  readonly endings: EndingStore;
  readonly clock: Clock;
}

/**
 * Writes down that something has ended, from the start on: approvals, grants, tokens, sessions. Whether one is over is told by
 * its end wherever it is used; this makes it final, whatever a clock says later (ADR 0030).
 */
export function watchEndings({ approvals, endings, clock }: EndingParts): Disposable {
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    // A store that is down is looked at again in a second.
    await approvals.expireDue(clock.now());
    await endings.endDue(clock.now(), CONSOLE_IDLE);
    isLooking = false;
  };
  void look();
  const timer = setInterval(() => void look(), LOOK_EVERY);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
