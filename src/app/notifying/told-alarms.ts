import type { EventBus } from '../../core/ports.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

/** Writes every alarm to the log, for those who watch nothing else. */
export function loggedAlarms(events: EventBus, log: Log): Disposable {
  return events.subscribe((event) => {
    if (event.type !== 'alarm') return;
    const { alarm, actor, subject } = event;
    log.warn({ alarm, actor, subject }, 'Something that others should look at');
  });
}

/** Counts every alarm. */
export function countedAlarms(events: EventBus, metrics: Metrics): Disposable {
  return events.subscribe((event) => {
    if (event.type === 'alarm') metrics.count('cordon_alarms_total', { alarm: event.alarm });
  });
}
