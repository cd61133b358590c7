import type { ApprovalId } from '../../core/ids.ts';
import type { EventBus } from '../../core/ports.ts';
import type { ApprovalNews } from '../../core/webhooks/webhook-event.ts';
import type { ApprovalChange } from '../../store/approvals/observed-stores.ts';

/** What is told of a change, if anything: one of several approvals that are needed decides nothing yet. */
const NEWS: Readonly<Record<ApprovalChange, ApprovalNews | undefined>> = {
  ask: 'approval.pending',
  support: undefined,
  approve: 'approval.approved',
  deny: 'approval.denied',
  pass: 'approval.passed',
  expire: 'approval.expired',
  outdate: undefined,
  cancel: undefined,
};

/** Publishes what has become of approvals. */
export function publishNews(change: ApprovalChange, ids: readonly ApprovalId[], events: Pick<EventBus, 'publish'>): void {
  const type = NEWS[change];
  if (type !== undefined) for (const id of ids) events.publish({ type, id });
}
