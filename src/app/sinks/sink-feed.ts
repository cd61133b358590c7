import { basename, join } from 'node:path';
import type { Random } from '../../core/ports.ts';
import type { Instant } from '../../core/units.ts';
import type { Result } from '../../core/result.ts';
import type { OpenJournal } from '../../recording/journal.ts';
import type { WrappingKey } from '../../recording/keys/record-keys.ts';
import { UnreadableSegment } from '../../recording/reading/read-lines.ts';
import type { OwnEgress } from '../egress/own-request.ts';
import { type FollowedChains, followedChains } from '../indexing/writers-in.ts';
import { type Batch, ChainCopy } from './chain-copy.ts';
import { deliverBatch } from './deliver-batch.ts';
import { FeedLoop } from './feed-loop.ts';
import type { HttpSink } from './http-sink.ts';
import { type SinkWaiting, SinkWatch, type WatchParts } from './sink-watch.ts';

export interface SinkFeedParts extends WatchParts {
  /** Of all writers. */
  readonly directories: readonly string[];
  readonly leaves?: FollowedChains['leaves'];
  /** Where cursors are kept: a directory for each sink. */
  readonly cursors: string;
  /** That this process writes. */
  readonly journals: readonly Pick<OpenJournal, 'writer' | 'directory' | 'durable' | 'turn'>[];
  readonly wrapping: readonly WrappingKey[];
  readonly egress: OwnEgress;
  readonly random: Random;
  /** The key as it is now; a failure says why there is none. */
  readonly keyOf: (sink: HttpSink) => Promise<Result<Uint8Array, string>>;
}

/**
 * Keeps one sink up with the record, in the order of each chain. It reads what the medium has, behind the backs of those who
 * write: a sink that is slow or gone keeps nobody waiting, and what it has not taken stays in the segments until retention
 * removes it.
 */
export class SinkFeed implements AsyncDisposable {
  readonly #sink: HttpSink;
  readonly #parts: SinkFeedParts;
  readonly #copies = new Map<string, ChainCopy>();
  /** Writers whose chain cannot be read on: told once. */
  readonly #unreadable = new Set<string>();
  /** Since when the record could not be read on; undefined while it can. */
  #stuckSince: Instant | undefined;
  readonly #stopped = new AbortController();
  readonly #loop: FeedLoop;
  readonly #watch: SinkWatch;
  #trouble: string | undefined;
  /** Resolves when it is known how far the sink is behind. */
  readonly opened: Promise<void>;

  constructor(sink: HttpSink, parts: SinkFeedParts) {
    this.#sink = sink;
    this.#parts = parts;
    this.#watch = new SinkWatch(sink, parts, () => this.#waiting());
    this.#loop = new FeedLoop({ ...parts, feed: () => this.#feed(), onDefect: (error) => this.#failed(error) });
    this.opened = this.#open();
  }

  /** Cuts off what runs: the next process sends it again under the same id. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    this.#stopped.abort();
    await this.#loop[Symbol.asyncDispose]();
  }

  async #open(): Promise<void> {
    try {
      for (const chain of this.#chains()) await this.#peek(chain);
    } catch (error) {
      this.#failed(error);
    }
    this.#watch.start();
    this.#loop.start();
  }

  #waiting(): SinkWaiting {
    const lags = [...this.#copies.values()].map((copy) => copy.lag());
    const sum = (name: 'records' | 'bytes' | 'segments'): number => lags.reduce((total, lag) => total + lag[name], 0);
    const times = [...lags.map(({ oldest }) => oldest), this.#stuckSince].filter((time) => time !== undefined);
    const oldest = times.length === 0 ? undefined : Math.min(...times);
    return { records: sum('records'), bytes: sum('bytes'), segments: sum('segments'), oldest };
  }

  /** Own records first. One attempt that fails puts off all: it is the same receiver. */
  async #feed(): Promise<void> {
    const chains = this.#chains();
    for (const chain of chains) {
      while (!this.#stopped.signal.aborted && (await this.#step(chain))) {
        // The next batch of the same chain.
      }
      if (this.#loop.isResting) break;
    }
    // What nobody takes now is looked at all the same: how far the sink is behind is not that of the first chain.
    if (this.#loop.isResting) for (const chain of chains) await this.#peek(chain);
    if (this.#isOwnReadable()) this.#stuckSince = undefined;
  }

  #chains(): readonly string[] {
    const { journals } = this.#parts;
    const own = journals.map(({ directory }) => directory);
    return [...own, ...followedChains(this.#parts).filter((chain) => !isOf(chain, journals))];
  }

  #isOwnReadable(): boolean {
    return this.#parts.journals.every(({ writer }) => !this.#unreadable.has(writer));
  }

  /** @returns whether there may be more */
  async #step(chain: string): Promise<boolean> {
    const writer = basename(chain);
    if (this.#unreadable.has(writer)) return false;
    const copy = this.#copyOf(writer, chain);
    const batch = await this.#nextOf(writer, copy);
    if (batch === 'rewound') return true;
    if (batch === undefined) return false;
    const { egress, clock, keyOf } = this.#parts;
    const key = await keyOf(this.#sink);
    if (!key.ok) {
      this.#say(`${this.#sink.label}.secret: ${key.failure}`);
      return false;
    }
    const sent = await deliverBatch(batch, this.#sink, key.value, { egress, clock, until: this.#stopped.signal });
    if (this.#stopped.signal.aborted) return false;
    this.#watch.delivered(sent.ok);
    if (!sent.ok) {
      this.#putOff(sent.failure);
      return false;
    }
    await copy.taken();
    this.#loop.succeeded();
    this.#say(undefined);
    return true;
  }

  async #peek(chain: string): Promise<void> {
    const writer = basename(chain);
    if (!this.#unreadable.has(writer)) await this.#nextOf(writer, this.#copyOf(writer, chain));
  }

  #copyOf(writer: string, chain: string): ChainCopy {
    const known = this.#copies.get(writer);
    if (known !== undefined) return known;
    const { cursors, journals, wrapping } = this.#parts;
    const journal = journals.find((each) => each.writer === writer);
    const copy = new ChainCopy({
      directory: chain,
      cursorFile: join(cursors, this.#sink.id, `${writer}.json`),
      wrapping,
      ...(journal !== undefined && { until: () => journal.durable }),
    });
    this.#copies.set(writer, copy);
    return copy;
  }

  async #nextOf(writer: string, copy: ChainCopy): Promise<Batch | 'rewound' | undefined> {
    const { log } = this.#parts;
    const about = { sink: this.#sink.label, writer };
    try {
      return await copy.next();
    } catch (error) {
      if (!(error instanceof UnreadableSegment)) throw error;
      if (copy.rewind()) {
        log.warn(
          about,
          'What a sink has taken does not fit the record, which was put back or cut off: the segment is sent again',
        );
        return 'rewound';
      }
      this.#unreadable.add(writer);
      if (!this.#isOwnReadable()) this.#stuckSince ??= this.#parts.clock.now();
      const detail = `${error.message}; cordon verify says more`;
      log.error({ ...about, detail }, 'What this writer records is not copied any more');
      return undefined;
    }
  }

  #failed(error: unknown): void {
    this.#stuckSince ??= this.#parts.clock.now();
    this.#putOff(String(error));
  }

  #putOff(because: string): void {
    this.#loop.putOff();
    this.#say(because);
  }

  /** Each trouble once, and its end. */
  #say(trouble: string | undefined): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const about = { sink: this.#sink.label, host: this.#sink.host };
    if (trouble === undefined) this.#parts.log.info(about, 'A sink takes the record again');
    else {
      const message = 'A sink does not take the record: it is tried again, and what waits stays in the segments';
      this.#parts.log.warn({ ...about, because: trouble }, message);
    }
  }
}

function isOf(chain: string, journals: SinkFeedParts['journals']): boolean {
  return journals.some(({ writer }) => writer === basename(chain));
}
