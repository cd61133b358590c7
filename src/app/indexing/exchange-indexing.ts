import { basename } from 'node:path';
import type { ExchangeIndexWriter } from '../../core/exchange/exchange-index.ts';
import type { EventBus } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { OpenJournal } from '../../recording/journal.ts';
import type { WrappingKey } from '../../recording/keys/record-keys.ts';
import type { Log } from '../../telemetry/log.ts';
import { ChainIndexer } from './chain-indexer.ts';
import { type FollowedChains, followedChains } from './writers-in.ts';

/** How often what was recorded meanwhile is indexed. */
const EVERY: Milliseconds = 500;
/** How often the chains of commands beside the gateway, and of writers that are no more, are looked at. */
const OTHERS_EVERY: Milliseconds = 60_000;

export interface ExchangeIndexingParts {
  /** Of all writers. */
  readonly directories: readonly string[];
  /** That this process writes. */
  readonly journals: readonly Pick<OpenJournal, 'writer' | 'directory' | 'durable'>[];
  readonly index: ExchangeIndexWriter;
  readonly wrapping: readonly WrappingKey[];
  readonly events: Pick<EventBus, 'publish'>;
  readonly log: Log;
  readonly leaves?: FollowedChains['leaves'];
}

/**
 * Keeps the index up with the record. It reads what the medium has, behind the backs of those who write: nobody waits for it,
 * nothing is queued for it, and where it stood when a process died the next one goes on.
 */
export class ExchangeIndexing implements AsyncDisposable {
  readonly #parts: ExchangeIndexingParts;
  /** By writer. */
  readonly #own: ReadonlyMap<string, ChainIndexer>;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #others = new Map<string, ChainIndexer>();
  /** Writers whose chain cannot be read on: told once. */
  readonly #unreadable = new Set<string>();
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;
  #isFailing = false;
  #isStopped = false;

  constructor(parts: ExchangeIndexingParts) {
    this.#parts = parts;
    const { journals, index, wrapping } = parts;
    this.#own = new Map(
      journals.map((journal) => {
        const { writer, directory } = journal;
        return [writer, new ChainIndexer({ directory, index, wrapping, until: () => journal.durable })];
      }),
    );
    this.#timers = [
      setInterval(() => this.#start(() => this.#indexOwn()), EVERY),
      setInterval(() => this.#start(() => this.#indexAll()), OTHERS_EVERY),
    ];
    for (const timer of this.#timers) timer.unref();
    this.#start(() => this.#indexAll());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#running;
  }

  #start(run: () => Promise<void>): void {
    if (this.#isRunning || this.#isStopped) return;
    this.#isRunning = true;
    this.#running = run()
      .catch((error: unknown) => this.#warn(String(error)))
      .finally(() => {
        this.#isRunning = false;
      });
  }

  async #indexOwn(): Promise<void> {
    for (const [writer, indexer] of this.#own) await this.#index(writer, indexer);
  }

  async #indexAll(): Promise<void> {
    const { index, wrapping } = this.#parts;
    await this.#indexOwn();
    for (const directory of followedChains(this.#parts)) {
      const writer = basename(directory);
      if (this.#own.has(writer)) continue;
      const known = this.#others.get(writer) ?? new ChainIndexer({ directory, index, wrapping });
      this.#others.set(writer, known);
      await this.#index(writer, known);
    }
  }

  async #index(writer: string, indexer: ChainIndexer): Promise<void> {
    if (this.#unreadable.has(writer)) return;
    let steps = 0;
    try {
      while (!this.#isStopped && (await this.#step(writer, indexer))) steps += 1;
    } catch (error) {
      this.#unreadable.add(writer);
      const detail = `${(error as Error).message}; cordon verify says more`;
      this.#parts.log.error({ writer, detail }, 'What this writer records is not indexed any more');
    }
    if (steps > 0) this.#parts.events.publish({ type: 'exchanges.indexed' });
  }

  /** @returns whether there may be more */
  async #step(writer: string, indexer: ChainIndexer): Promise<boolean> {
    const step = await indexer.step();
    if (!step.ok) {
      this.#warn(step.failure.detail);
      return false;
    }
    this.#isFailing = false;
    if (step.value !== 'foreign') return step.value === 'added';
    this.#parts.log.warn({ writer }, 'The index does not fit the record, which was put back or cut off: it is made anew');
    indexer.forget();
    const cleared = await this.#parts.index.clear();
    return cleared.ok;
  }

  /** Once, until it works again: it is tried twice a second. */
  #warn(detail: string): void {
    if (!this.#isFailing) this.#parts.log.warn({ detail }, 'The index cannot be written: it catches up later');
    this.#isFailing = true;
  }
}
