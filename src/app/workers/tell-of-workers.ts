import type { AdminAction, AdminAlarm, AdminEvent } from '../../core/exchange/record.ts';
import type { EventBus } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Replica } from '../replica.ts';
import type { Ending, Member } from './member.ts';

export interface TellParts {
  readonly log: Log;
  readonly events: EventBus;
  /** Of the primary. */
  readonly replica: Pick<Replica, 'metrics' | 'state'>;
}

/** A worker that took exchanges in has ended. @param wait until another one takes its place */
export function tellEnded(member: Member, { status, signal }: Ending, wait: Milliseconds, parts: TellParts): void {
  parts.replica.metrics.count('cordon_worker_endings_total', { cause: signal === null ? 'status' : 'signal' });
  const cause = signal ?? `status ${status ?? 'unknown'}`;
  const writers = member.status?.writers;
  const details = { pid: member.pid, cause, wait, ...(writers !== undefined && { writers }) };
  parts.log.error({ worker: member.number, ...details }, 'A worker has ended; another one takes its place');
  alarm(member.number, 'worker.ended', 'worker-ended', details, parts);
}

/**
 * One that was to take a place could not.
 * @param isNews it could not for other reasons than the one before: those that fail alike are one alarm, however often they try
 */
export function tellNotStarted(
  number: number,
  { problems, wait, isNews }: { readonly problems: readonly string[]; readonly wait: Milliseconds; readonly isNews: boolean },
  parts: TellParts,
): void {
  parts.replica.metrics.count('cordon_worker_endings_total', { cause: 'start' });
  parts.log.error({ worker: number, problems, wait }, 'A worker could not start; it is tried again');
  if (isNews) alarm(number, 'worker.start-failed', 'worker-start-failed', { problems, wait }, parts);
}

function alarm(
  number: number,
  action: AdminAction,
  name: AdminAlarm,
  details: NonNullable<AdminEvent['details']>,
  { events, replica }: TellParts,
): void {
  const [actor, subject] = ['cordon', `worker:${number}`];
  void replica.state.journal.append({ kind: 'admin', actor, action, subject, details, alarm: name });
  events.publish({ type: 'admin', actor, action, subject });
  events.publish({ type: 'alarm', alarm: name, actor, subject });
}
