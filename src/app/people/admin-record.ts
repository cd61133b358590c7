import { adminEvent, type RecordAdmin } from '../../core/people/admin-entry.ts';
import type { EventBus, Journal } from '../../core/ports.ts';
import type { Log } from '../../telemetry/log.ts';

/** Puts what people do on the record, then tells those who watch; an alarm is also logged. */
export function createAdminRecord(parts: { journal: Journal; events: EventBus; log: Log }): RecordAdmin {
  const { journal, events, log } = parts;
  return async (entry) => {
    const event = adminEvent(entry);
    const recorded = await journal.append(event);
    if (!recorded.ok) return recorded;
    const { actor, action, subject, alarm } = event;
    if (event.failed === undefined) events.publish({ type: 'admin', actor, action, subject });
    if (alarm !== undefined) {
      events.publish({ type: 'alarm', alarm, actor, subject });
      log.warn({ alarm, actor, action, subject }, 'Something that others should look at');
    }
    return recorded;
  };
}
