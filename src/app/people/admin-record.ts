import { adminEvent, type RecordAdmin } from '../../core/people/admin-entry.ts';
import type { EventBus, Journal } from '../../core/ports.ts';

/** Puts what people do on the record, then tells those who watch. */
export function createAdminRecord({ journal, events }: { journal: Journal; events: EventBus }): RecordAdmin {
  return async (entry) => {
    const event = adminEvent(entry);
    const recorded = await journal.append(event);
    if (!recorded.ok) return recorded;
    const { actor, action, subject, alarm } = event;
    if (event.failed === undefined) events.publish({ type: 'admin', actor, action, subject });
    if (alarm !== undefined) events.publish({ type: 'alarm', alarm, actor, subject });
    return recorded;
  };
}
