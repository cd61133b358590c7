import cluster, { type Worker } from 'node:cluster';
import type { Milliseconds } from '../../core/units.ts';
import type { MetricReading } from '../../telemetry/registry.ts';
import type { CarrierHealth } from './carriers.ts';
import { Channel, type Hearing, type Waiting } from './channel.ts';
import type { FromPrimary, FromWorker, WorkerStatus } from './messages.ts';

/** Workers tell how they are twice a second. */
const SILENT_AFTER: Milliseconds = 3_000;

/** How a process ended. */
export interface Ending {
  readonly status: number | null;
  readonly signal: string | null;
}

/** One worker process, from its start to its end. */
export class Member {
  readonly number: number;
  readonly channel: Channel<FromPrimary, FromWorker>;
  readonly ended: Promise<Ending>;
  readonly startedAt: Milliseconds;
  /** It has asked what is in force, and is asked about every other policy. */
  follows = false;
  /** As it was last read. */
  figures: readonly MetricReading[] = [];
  readonly #worker: Worker;
  #status: WorkerStatus | undefined;
  #heardAt: Milliseconds;

  /**
   * @param hearing what the primary answers this one
   * @param onFull it does not take what it is told; among that is what it must know, so it is to be ended
   */
  constructor(
    number: number,
    now: Milliseconds,
    { hearing, onFull }: { hearing: (self: Member) => Hearing<FromWorker>; onFull: (self: Member, waiting: Waiting) => void },
  ) {
    this.number = number;
    this.startedAt = now;
    this.#heardAt = now;
    const worker = cluster.fork();
    this.#worker = worker;
    this.channel = new Channel(
      {
        // It may have ended in this very moment: that is told by its end.
        send: (message, onSent) => void worker.send(message, undefined, onSent),
        onFull: (waiting) => onFull(this, waiting),
      },
      hearing(this),
    );
    worker.on('message', (message: Uint8Array) => this.channel.receive(message));
    worker.on('error', () => {});
    this.ended = new Promise((resolve) => {
      worker.once('exit', (status, signal) => {
        this.channel.close();
        resolve({ status, signal });
      });
    });
  }

  get pid(): number {
    return this.#worker.process.pid ?? 0;
  }

  /** As it last told; undefined before it takes connections. */
  get status(): WorkerStatus | undefined {
    return this.#status;
  }

  /** It takes connections. */
  get isOpen(): boolean {
    return this.#status !== undefined;
  }

  hear(status: WorkerStatus, now: Milliseconds): void {
    this.#status = status;
    this.#heardAt = now;
  }

  health(now: Milliseconds): Omit<CarrierHealth, 'id' | 'restarts' | 'problems'> {
    const status = this.#status;
    if (status === undefined) return { state: 'not-ready', pid: this.pid, exchanges: 0 };
    const { digest, generation, writers, isReady, running } = status;
    const isSilent = now - this.#heardAt > SILENT_AFTER;
    return {
      state: isSilent ? 'silent' : isReady ? 'ready' : 'not-ready',
      pid: this.pid,
      writers: [...writers],
      policy: digest,
      generation,
      exchanges: [...running.values()].reduce((sum, count) => sum + count, 0),
    };
  }

  /** Ends it at once, as kill -9 does. */
  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }
}
