import type { EventBus } from '../../core/ports.ts';
import type { Log } from '../../telemetry/log.ts';

/** Writes every alarm to the log, for those who watch nothing else. */
export function loggedAlarms(events: EventBus, log: Log): Disposable {
  return events.subscribe((event) => {
    if (event.type !== 'alarm') return;
    const { alarm, actor, subject } = event;
    log.warn({ alarm, actor, subject }, 'Something that others should look at');
  });
}
