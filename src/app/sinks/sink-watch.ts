import type { Settings } from '../../config/settings-schema.ts';
import type { Clock } from '../../core/ports.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import type { Bytes, Instant, Milliseconds } from '../../core/units.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics, SinkLabel } from '../../telemetry/metrics.ts';
import type { RequiredCopies } from './required-copies.ts';

/** What a sink has not taken yet. */
export interface SinkWaiting {
  /** Of this process; 0 where a sink takes whole segments. */
  readonly records: number;
  readonly bytes: Bytes;
  /** In which something waits. */
  readonly segments: number;
  /** Since when the oldest of it could have been taken; undefined where nothing waits. */
  readonly oldest: Instant | undefined;
}

export interface WatchedSink {
  readonly label: SinkLabel;
  /** How far behind it may be before people are told. */
  readonly alarmAfter: Milliseconds;
  /** Beyond it nothing new is recorded; undefined where it may be as far behind as it likes. */
  readonly mostBehind: Milliseconds | undefined;
}

/** How far behind a sink of the settings may be. */
export function boundsOf(given: Settings['sinks'][number]): Pick<WatchedSink, 'alarmAfter' | 'mostBehind'> {
  return { alarmAfter: given['alarm-after'], mostBehind: given.required ? given['most-behind'] : undefined };
}

export interface WatchParts {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly record: RecordAdmin;
  readonly copies: RequiredCopies;
}

const EVERY: Milliseconds = 1000;
/** Of the bound: a sink is level again below it, not when nothing waits, which never happens where much is recorded. */
const LEVEL = 0.1;

/** Tells how far a sink is behind: in the metrics always, as an alarm when it is too far, and when it is level again. */
export class SinkWatch implements Disposable {
  readonly #sink: WatchedSink;
  readonly #parts: WatchParts;
  readonly #waiting: () => SinkWaiting | Promise<SinkWaiting>;
  /** At the last look. */
  #found: SinkWaiting | undefined;
  #isLooking = false;
  #timer: NodeJS.Timeout | undefined;
  #lastSuccess: Instant = 0;
  #isBehind = false;
  #isTelling = false;

  /** @param waiting what waits now; asked each second */
  constructor(sink: WatchedSink, parts: WatchParts, waiting: () => SinkWaiting | Promise<SinkWaiting>) {
    [this.#sink, this.#parts, this.#waiting] = [sink, parts, waiting];
    const { label } = sink;
    const { metrics } = parts;
    metrics.sampleSink('cordon_sink_waiting_records', label, () => this.#found?.records ?? Number.NaN);
    metrics.sampleSink('cordon_sink_waiting_bytes', label, () => this.#found?.bytes ?? Number.NaN);
    metrics.sampleSink('cordon_sink_waiting_segments', label, () => this.#found?.segments ?? Number.NaN);
    metrics.sampleSink('cordon_sink_lag_seconds', label, () =>
      this.#found === undefined ? Number.NaN : this.#lag(this.#found) / 1000,
    );
    metrics.sampleSink('cordon_sink_last_success_seconds', label, () => this.#lastSuccess / 1000);
  }

  /** At once, and from now on until disposed. */
  start(): void {
    this.#timer = setInterval(() => void this.#look(), EVERY);
    this.#timer.unref();
    void this.#look();
  }

  /** The sink was sent something. */
  delivered(isTaken: boolean): void {
    const { metrics, clock } = this.#parts;
    metrics.count('cordon_sink_deliveries_total', { sink: this.#sink.label, result: isTaken ? 'delivered' : 'failed' });
    if (isTaken) this.#lastSuccess = clock.now();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #lag({ oldest }: SinkWaiting): Milliseconds {
    return oldest === undefined ? 0 : Math.max(0, this.#parts.clock.now() - oldest);
  }

  async #look(): Promise<void> {
    // The last one takes its time.
    if (this.#isLooking) return;
    this.#isLooking = true;
    let waiting: SinkWaiting;
    try {
      waiting = await this.#waiting();
    } catch {
      // A chain is just being removed, or cannot be read: whoever copies it meets that too, and says so.
      this.#found = undefined;
      this.#report('It cannot be told how far the sink is behind');
      return;
    } finally {
      this.#isLooking = false;
    }
    this.#found = waiting;
    const lag = this.#lag(waiting);
    const { alarmAfter, mostBehind = Number.POSITIVE_INFINITY } = this.#sink;
    this.#report(lag > mostBehind ? `The sink is ${Math.round(lag / 1000)} s behind, more than its most-behind` : undefined);
    const isBehind = this.#isBehind ? lag > alarmAfter * LEVEL : lag > alarmAfter;
    if (isBehind === this.#isBehind || this.#isTelling) return;
    this.#isTelling = true;
    void this.#tell(isBehind, waiting, lag).finally(() => {
      this.#isTelling = false;
    });
  }

  #report(trouble: string | undefined): void {
    const { label, mostBehind } = this.#sink;
    if (mostBehind !== undefined) this.#parts.copies.report(label, trouble);
  }

  /** What cannot be recorded now is told when the sink is looked at again. */
  async #tell(isBehind: boolean, { bytes, segments }: SinkWaiting, lag: Milliseconds): Promise<void> {
    const { record, log } = this.#parts;
    const { label } = this.#sink;
    const details = { seconds: Math.round(lag / 1000), bytes, segments };
    const [action, alarm] = isBehind ? (['sink.behind', 'sink-behind'] as const) : (['sink.level', 'sink-level'] as const);
    const recorded = await record({ by: 'cordon', action, subject: `sink:${label}`, details, alarm });
    if (!recorded.ok) return;
    this.#isBehind = isBehind;
    if (isBehind) log.error({ sink: label, ...details }, 'A sink is behind for longer than its alarm-after');
    else log.info({ sink: label, ...details }, 'A sink is level with the record again');
  }
}
