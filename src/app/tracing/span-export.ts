import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Counting } from '../../telemetry/instruments.ts';
import { exportRequest } from '../../telemetry/traces/otlp.ts';
import type { SpanBuffer } from '../../telemetry/traces/span-buffer.ts';
import { waitAfter } from '../notifying/retry-schedule.ts';

/** What a collector did with a batch: took all but some, will not have it, or may have it later. */
export type Taken = { readonly rejected: number } | { readonly refused: string } | { readonly later: string };

export interface SpanExportParts {
  readonly spans: SpanBuffer;
  readonly send: (payload: string, until: AbortSignal) => Promise<Taken>;
  readonly count: (result: 'sent' | 'refused' | 'dropped') => Counting;
  readonly random: Random;
  readonly log: Log;
  /** How long spans are gathered. */
  readonly interval?: Milliseconds;
}

const INTERVAL: Milliseconds = 2_000;
/** Spans of one request: below the 4 MiB that collectors take by default, by far. */
const MOST_AT_ONCE = 1_024;
const LONGEST_WAIT: Milliseconds = 60_000;
/** For what is left when the gateway ends. */
const LAST: Milliseconds = 3_000;

/** Sends what lies in the buffer, a batch at a time, until it is disposed; then once more. */
export class SpanExport implements AsyncDisposable {
  readonly #parts: SpanExportParts;
  readonly #ending = new AbortController();
  readonly #loop: Promise<void>;

  constructor(parts: SpanExportParts) {
    this.#parts = parts;
    this.#loop = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#loop;
    await this.#flush(AbortSignal.timeout(LAST));
    const { spans, count } = this.#parts;
    count('dropped').add(spans.size);
    spans.remove(spans.size);
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    const { interval = INTERVAL, random, log } = this.#parts;
    for (let failures = 0; !signal.aborted;) {
      const wait = failures === 0 ? interval : waitAfter(failures, random, LONGEST_WAIT);
      // Ends at once when the gateway does.
      await pause(wait, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      const because = await this.#flush(signal);
      if (because !== undefined && failures === 0) log.warn({ because }, 'Traces: the collector takes nothing');
      failures = because === undefined ? 0 : failures + 1;
    }
  }

  /** @returns why some have to wait */
  async #flush(until: AbortSignal): Promise<string | undefined> {
    const { spans, send, count, log } = this.#parts;
    while (spans.size > 0 && !until.aborted) {
      const batch = spans.first(MOST_AT_ONCE);
      const taken = await send(exportRequest(batch), until);
      if ('later' in taken) return taken.later;
      spans.remove(batch.length);
      const refused = 'refused' in taken ? batch.length : Math.min(taken.rejected, batch.length);
      if ('refused' in taken) log.warn({ because: taken.refused, spans: refused }, 'Traces: the collector refused spans');
      count('refused').add(refused);
      count('sent').add(batch.length - refused);
    }
    return undefined;
  }
}
