import type { Failure } from '../core/codes.ts';
import type { Clock, Journal, Random } from '../core/ports.ts';
import type { AppendedEvent } from '../core/exchange/record.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { timeText } from '../core/time-text.ts';
import type { Bytes, Milliseconds } from '../core/units.ts';
import { recoverChain } from './chain/chain-recovery.ts';
import { ChainWriter, type Durability, type Entry } from './chain/chain-writer.ts';
import type { DurableSpot } from './chain/chain-spot.ts';
import { claimWriter, type WriterClaim } from './chain/writer-claim.ts';
import { lineLength } from './chain/line-buffer.ts';
import { eventBody } from './event-body.ts';
import type { RecordKeys } from './keys/record-keys.ts';
import type { ShelfOf } from './retention/shelves.ts';
import { openSegmentFile, type OpenSegmentFile } from './segment/segment-file.ts';

export interface JournalOptions {
  /** Where all writers of this installation have their directories: `<data>/recordings`. */
  readonly directory: string;
  /** Which chain to continue; absent: the first that no process holds, else a new one. */
  readonly writer?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: RecordKeys;
  readonly durability: Durability;
  /** Absent where everything is kept equally long. */
  readonly shelfOf?: ShelfOf | undefined;
  /** A segment that has reached this size is followed by a new one; default 64 MiB. */
  readonly segmentBytes?: Bytes;
  /** One that is so old, too, with the next record; default a day. */
  readonly segmentAge?: Milliseconds | undefined;
  /** Most bytes that wait for a write; beyond them appends fail; default 16 MiB. */
  readonly queueBytes?: Bytes;
  /** Told of every failed write or sync, for the log. */
  readonly onError: (failure: Failure) => void;
  /** The file system, replaceable so that tests can let it fail. */
  readonly openFile?: OpenSegmentFile;
}

/** The record of one process. */
export interface OpenJournal extends Journal, AsyncDisposable {
  /** Id of the chain it writes. */
  readonly writer: string;
  /** Where its segments are, for `verifyChain()`. */
  readonly directory: string;
  /** Up to where the medium has what was appended. */
  readonly durable: DurableSpot;
  /** Of records that wait to be written. */
  readonly waitingBytes: Bytes;
  /** Writes what waits, and finishes a segment that is full or too old, as the next record would: there may be none for long. */
  turn(): Promise<void>;
  /** Writes what waits, syncs, and sets the chain free for another process. Later appends fail. */
  close(): Promise<void>;
}

/** Records sealed in one go, so that a full queue does not keep the event loop (about 5 µs each). */
const BATCH_RECORDS = 512;
/** And so many bytes of them, or one of whatever length: what a block holds, with room for one more. */
const BATCH_BYTES: Bytes = 1024 ** 2;
/** Longest wait of an outcome, or of content, for company. A process that is killed in between leaves a decision without one, as the kill itself does. */
const OUTCOME_DELAY: Milliseconds = 5;
const DEFAULT_SEGMENT_BYTES: Bytes = 64 * 1024 ** 2;
const DEFAULT_QUEUE_BYTES: Bytes = 16 * 1024 ** 2;

/**
 * Continues the chain of a writer, or begins one. What a crash tore off is named in a `gap` record.
 * @failure audit_unavailable when the chain is held by another process or its files cannot be used
 */
export async function openJournal(options: JournalOptions): Promise<Result<OpenJournal, Failure>> {
  const claim = claimWriter(options.directory, options.random, options.writer);
  if (!claim.ok) return claim;
  const { writer, directory } = claim.value;
  const { wrapping, former, signer } = options.keys;
  const means = { ...options, writer, directory, wrapping, former, openFile: options.openFile ?? openSegmentFile };
  const chain = recoverChain(means, signer.verifier);
  if (!chain.ok) {
    claim.value[Symbol.dispose]();
    return chain;
  }
  const segmentBytes = options.segmentBytes ?? DEFAULT_SEGMENT_BYTES;
  const chainWriter = new ChainWriter({ ...means, signer, segmentBytes }, chain.value);
  const journal = new QueueingJournal(options, claim.value, chainWriter);
  const { tornBytes } = chain.value;
  if (tornBytes === 0) return ok(journal);
  const gap = await journal.append({ kind: 'gap', reason: 'torn write after a crash', droppedBytes: tornBytes });
  if (gap.ok) return ok(journal);
  await journal.close();
  return gap;
}

interface Waiting extends Entry {
  /** Of its line, but for the frame. */
  readonly length: Bytes;
  readonly settle: (result: Result<void, Failure>) => void;
}

/** Collects what is appended while a write is under way, and gives it to the chain in one batch (group commit). */
class QueueingJournal implements OpenJournal {
  readonly writer: string;
  readonly directory: string;
  /** RFC 3339, of now. */
  readonly #time: () => string;
  readonly #claim: WriterClaim;
  readonly #chain: ChainWriter;
  readonly #queueBytes: Bytes;
  readonly #shelfOf: ShelfOf | undefined;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  /** Events in the queue that an effect waits for, or 0 when there is none. */
  #awaited = 0;
  #draining: Promise<void> | undefined;
  #soon: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: JournalOptions, claim: WriterClaim, chain: ChainWriter) {
    this.writer = claim.writer;
    this.directory = claim.directory;
    this.#time = timeText(options.clock, (now) => new Date(now).toISOString());
    this.#claim = claim;
    this.#chain = chain;
    this.#queueBytes = options.queueBytes ?? DEFAULT_QUEUE_BYTES;
    this.#shelfOf = options.shelfOf;
  }

  get durable(): OpenJournal['durable'] {
    return this.#chain.durable;
  }

  get waitingBytes(): Bytes {
    return this.#queuedBytes;
  }

  append(event: AppendedEvent): Promise<Result<void, Failure>> {
    if (this.#closed !== undefined) return Promise.resolve(unavailable('The record is closed'));
    // Made now, not when it is written: what happens to the event afterwards must not change the record.
    const body = eventBody(event);
    const sealed = event.kind === 'content' ? event.sealed : undefined;
    const length = lineLength({ body, sealed });
    const time = this.#time();
    if (this.#queuedBytes + length > this.#queueBytes) {
      this.#chain.refuse(1, 'the queue of the record was full');
      return Promise.resolve(unavailable(`More than ${this.#queueBytes} bytes wait to be recorded`));
    }
    this.#queuedBytes += length;
    const shelf = this.#shelfOf?.(event);
    return new Promise((settle) => {
      this.#queue.push({ body, sealed, time, shelf, length, settle });
      if (isAwaited(event)) {
        this.#awaited += 1;
        this.#draining ??= this.#drain();
      } else this.#drainSoon();
    });
  }

  // A write costs as much as everything else about a record, so what no effect waits for rides along with the next
  // decision; where none comes, it is written a moment later.
  #drainSoon(): void {
    if (this.#draining !== undefined || this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.#draining ??= this.#drain();
    }, OUTCOME_DELAY);
  }

  async turn(): Promise<void> {
    if (this.#closed !== undefined) return;
    this.#draining ??= this.#drain();
    await this.#draining;
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #finish(): Promise<void> {
    while (this.#queue.length > 0) {
      this.#draining ??= this.#drain();
      await this.#draining;
    }
    await this.#draining;
    clearTimeout(this.#soon);
    await this.#chain.close();
    this.#claim[Symbol.dispose]();
  }

  async #drain(): Promise<void> {
    do {
      // Everything that this turn of the event loop appends goes into one write.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = this.#takeBatch();
      if (this.#queue.length === 0) this.#awaited = 0;
      const result = await this.#chain.commit(batch);
      for (const waiting of batch) waiting.settle(result);
    } while (this.#awaited > 0 || this.#queue.length >= BATCH_RECORDS);
    this.#draining = undefined;
    if (this.#queue.length > 0) this.#drainSoon();
  }

  #takeBatch(): Waiting[] {
    let count = 0;
    let bytes = 0;
    for (; count < this.#queue.length && count < BATCH_RECORDS && bytes < BATCH_BYTES; count++)
      bytes += this.#queue[count]!.length;
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }
}

/** Whether an effect waits for this event to be written: everything but what tells of an effect that is over, or goes on. */
function isAwaited({ kind }: AppendedEvent): boolean {
  return kind !== 'outcome' && kind !== 'progress' && kind !== 'content';
}

function unavailable(detail: string): Result<never, Failure> {
  return fail({ code: 'audit_unavailable', detail });
}
