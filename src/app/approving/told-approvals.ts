import type { ApprovalStore } from '../../core/approval/approval-store.ts';
import type { Failure } from '../../core/codes.ts';
import type { ApprovalId } from '../../core/ids.ts';
import type { EventBus } from '../../core/ports.ts';
import type { Result } from '../../core/result.ts';
import type { ApprovalNews } from '../../core/webhooks/webhook-event.ts';

/** The same store, which publishes what becomes of approvals, right after it was stored. */
export function toldApprovals(store: ApprovalStore, events: Pick<EventBus, 'publish'>): ApprovalStore {
  const tell = telling(events);
  return {
    ...store,
    ask: (question, now) =>
      tell(store.ask(question, now), 'approval.pending', ({ approval, isAttached }) => (isAttached ? [] : [approval.id])),
    decide: (change) => {
      const decided = store.decide(change);
      // One of several approvals that are needed changes nothing yet.
      if (change.event === 'support') return decided;
      const news = change.event === 'approve' ? 'approval.approved' : 'approval.denied';
      return tell(decided, news, (outcome) => (outcome === 'decided' ? [change.id] : []));
    },
    take: (id, ...pass) => tell(store.take(id, ...pass), 'approval.passed', (taken) => (taken ? [id] : [])),
    expireDue: (...due) => tell(store.expireDue(...due), 'approval.expired', (ended) => ended),
  };
}

function telling(events: Pick<EventBus, 'publish'>) {
  return async <T>(
    change: Promise<Result<T, Failure>>,
    type: ApprovalNews,
    changed: (value: T) => readonly ApprovalId[],
  ): Promise<Result<T, Failure>> => {
    const result = await change;
    if (result.ok) for (const id of changed(result.value)) events.publish({ type, id });
    return result;
  };
}
