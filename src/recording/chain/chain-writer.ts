import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Instant, Milliseconds } from '../../core/units.ts';
import { eventBody } from '../event-body.ts';
import { beginSegment, type OpenSegment, type SegmentMeans, type SegmentPosition } from '../segment/open-segment.ts';
import { leafHash } from '../tree/merkle-tree.ts';
import type { NoteSigner } from '../tree/signed-note.ts';
import type { ChainPosition } from './chain-position.ts';
import type { RecoveredChain } from './chain-recovery.ts';
import type { DurableSpot } from './chain-spot.ts';
import { Checkpoints } from './checkpoints.ts';
import { CompressionBudget } from './compression-budget.ts';
import { LineBuffer, type LineBody } from './line-buffer.ts';

/**
 * When an append counts as done. Neither loses a record that it acknowledged when the process dies (kill -9, defect, OOM).
 *
 * `batched`: the kernel has the bytes; they reach the medium within {@link SYNC_INTERVAL}. If the machine itself dies
 * (power, kernel), the records of that last interval can be lost, and nothing in the chain shows it but a checkpoint kept elsewhere.
 *
 * `strict`: the medium has the bytes (fdatasync). Nothing acknowledged is lost, as far as the medium keeps its word.
 */
export type Durability = 'batched' | 'strict';

/** How long acknowledged bytes may wait for fdatasync under `batched`. */
export const SYNC_INTERVAL: Milliseconds = 50;

const DEFAULT_SEGMENT_AGE: Milliseconds = 86_400_000;

/** An event on its way into the chain. */
export interface Entry extends LineBody {
  /** RFC 3339. */
  readonly time: string;
  /** How long it is kept, where not everything is kept equally long: blocks are removed as a whole. */
  readonly shelf?: Milliseconds | undefined;
}

export interface ChainWriterOptions extends SegmentMeans {
  readonly signer: NoteSigner;
  readonly durability: Durability;
  readonly segmentBytes: Bytes;
  /** After so long a segment is followed by another one with the next record, however small it is; default a day. */
  readonly segmentAge?: Milliseconds | undefined;
  readonly onError: (failure: Failure) => void;
}

/** Why records are missing, until a `gap` record says so. */
interface Trouble {
  readonly reason: string;
  readonly refused: number;
}

const DONE = ok(undefined);

/**
 * Writes batches to the segments of one chain, one at a time. A batch that fails leaves no trace: its bytes are cut off
 * before the next one, the chain goes on from the last acknowledged record, and a `gap` record tells what was refused.
 */
export class ChainWriter {
  readonly #options: ChainWriterOptions;
  readonly #checkpoints: Checkpoints;
  readonly #budget: CompressionBudget;
  /** Of the block being sealed. */
  readonly #lines = new LineBuffer();
  /** What is acknowledged: of the chain, and of its last segment. */
  #chain: ChainPosition;
  #position: SegmentPosition;
  #segment: OpenSegment;
  readonly #segmentAge: Milliseconds;
  #rotateAt: Bytes;
  #turnAt: Instant;
  #mustTurn: boolean;
  #trouble: Trouble | undefined;
  /** The file may hold bytes that are not acknowledged, or bytes the medium refused: the next batch cuts, and syncs before it counts. */
  #suspect = false;
  #syncTimer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> = Promise.resolve();
  #failedSyncs = 0;
  #durable: DurableSpot;

  constructor(options: ChainWriterOptions, { chain, segment, position, isOutdated }: RecoveredChain) {
    this.#options = options;
    this.#segmentAge = options.segmentAge ?? DEFAULT_SEGMENT_AGE;
    this.#chain = chain;
    this.#segment = segment;
    this.#position = position;
    this.#rotateAt = options.segmentBytes;
    this.#turnAt = segment.began + this.#segmentAge;
    this.#mustTurn = isOutdated;
    // What a process left that was killed may not be on the medium yet.
    this.#durable = { segment: segment.number, offset: 0, records: chain.head.seq };
    this.#budget = new CompressionBudget(options.clock);
    const { writer, directory, signer, clock } = options;
    const onError = (reason: string): unknown => this.#report(`no checkpoint: ${reason}`);
    this.#checkpoints = new Checkpoints({ writer, directory, signer, clock, onError }, chain);
  }

  /** Up to where the medium has the chain: nothing before it is ever cut off, whatever crashes. */
  get durable(): DurableSpot {
    return this.#durable;
  }

  /**
   * Appends the entries as records; without any, an old segment is followed by another one all the same. Must not be called while
   * another call is pending.
   * @failure audit_unavailable: none of them is recorded
   */
  async commit(entries: readonly Entry[]): Promise<Result<void, Failure>> {
    const trouble = this.#takeTrouble();
    try {
      if (trouble === undefined && entries.length === 0) await this.#turn();
      else await this.#write(trouble === undefined ? entries : [this.#gapEntry(trouble), ...entries]);
      return DONE;
    } catch (error) {
      this.#suspect = true;
      const reason = reasonOf(error);
      this.refuse(entries.length, reason);
      // What was refused before this batch still waits for its gap record too.
      this.#trouble = addTrouble(trouble, this.#takeTrouble());
      return this.#report(reason);
    }
  }

  #takeTrouble(): Trouble | undefined {
    const trouble = this.#trouble;
    this.#trouble = undefined;
    return trouble;
  }

  /** Remembers for the next `gap` record that events were refused without being written. */
  refuse(count: number, reason: string): void {
    this.#trouble = addTrouble(this.#trouble, { reason, refused: count });
  }

  /** Writes a pending `gap` record, syncs, signs and closes the segment. No commit may be pending. */
  async close(): Promise<void> {
    if (this.#trouble !== undefined) await this.commit([]);
    clearTimeout(this.#syncTimer);
    await this.#syncInBackground();
    await this.#checkpoints.close();
    this.#segment.file.close();
  }

  async #turn(): Promise<void> {
    if (!this.#suspect && this.#isFull()) await this.#rotate();
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    const recovering = this.#suspect;
    if (recovering) this.#segment.file.truncate(this.#position.size);
    else if (this.#isFull()) await this.#rotate();
    const { blocks, chain, position } = this.#sealAll(entries);
    const failedSyncs = this.#failedSyncs;
    this.#segment.file.write(blocks);
    const isSynced = recovering || this.#options.durability === 'strict';
    if (isSynced) await this.#segment.file.sync();
    else this.#scheduleSync();
    this.#chain = chain;
    this.#position = position;
    if (isSynced) this.#onSynced(chain, position);
    this.#suspect = failedSyncs !== this.#failedSyncs;
  }

  /** Whether the next batch begins a segment: records are removed by segments, so that none may go on for long. */
  #isFull(): boolean {
    if (this.#mustTurn) return true;
    if (this.#position.blocks === 0) return false;
    return this.#position.size >= this.#rotateAt || this.#options.clock.now() >= this.#turnAt;
  }

  /** In as many blocks as there are shelves, one after the other. */
  #sealAll(entries: readonly Entry[]): { blocks: Uint8Array; chain: ChainPosition; position: SegmentPosition } {
    let from = { chain: this.#chain, position: this.#position };
    const blocks = byShelf(entries).map((shelved, _, shelves) => {
      const { block, ...next } = this.#seal(shelved, from);
      from = next;
      return shelves.length === 1 ? block : Buffer.from(block);
    });
    return { ...from, blocks: blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks) };
  }

  #seal(
    entries: readonly Entry[],
    from: { readonly chain: ChainPosition; readonly position: SegmentPosition },
  ): { block: Uint8Array; chain: ChainPosition; position: SegmentPosition } {
    let { head } = from.chain;
    const { writer } = this.#options;
    this.#lines.clear();
    for (const entry of entries) head = this.#lines.append(head, { writer, time: entry.time }, entry);
    const { all } = this.#lines;
    const { size, blocks } = from.position;
    const compresses = this.#budget.allows(all.lines.length);
    const leaf = this.#segment.sealer.seal(blocks, all, { records: entries.length, compresses });
    const block = leaf.subarray(1);
    const chain = { head, tree: from.chain.tree.append(leafHash(leaf)) };
    return { block, chain, position: { size: size + block.length, blocks: blocks + 1 } };
  }

  #gapEntry(trouble: Trouble): Entry {
    const reason = `${trouble.reason}; records refused: ${trouble.refused}`;
    return { body: eventBody({ kind: 'gap', reason }), time: new Date(this.#options.clock.now()).toISOString() };
  }

  async #rotate(): Promise<void> {
    await this.#syncing;
    await this.#segment.file.sync();
    try {
      // What comes before a segment is vouched for when it begins: a crash can only take from the last one.
      this.#onSynced(this.#chain, this.#position);
      await this.#checkpoints.sign();
      const next = beginSegment(this.#segment.number + 1, this.#chain, this.#options);
      this.#segment.file.close();
      this.#segment = next.segment;
      this.#position = next.position;
      this.#chain = { head: this.#chain.head, tree: next.tree };
      // Whoever follows knows by it that the one before is finished.
      this.#durable = { segment: next.segment.number, offset: 0, records: this.#chain.head.seq };
      this.#rotateAt = this.#options.segmentBytes;
      this.#turnAt = next.segment.began + this.#segmentAge;
      this.#mustTurn = false;
    } catch (error) {
      // A segment that is too long harms nobody; a record that is not written does.
      this.#report(reasonOf(error));
      this.#rotateAt = this.#position.size + this.#options.segmentBytes;
      this.#turnAt = this.#options.clock.now() + this.#segmentAge;
    }
  }

  #scheduleSync(): void {
    if (this.#syncTimer !== undefined) return;
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = undefined;
      this.#syncing = this.#syncInBackground();
    }, SYNC_INTERVAL);
    this.#syncTimer.unref();
  }

  async #syncInBackground(): Promise<void> {
    await this.#syncing;
    const [written, position] = [this.#chain, this.#position];
    try {
      await this.#segment.file.sync();
      this.#onSynced(written, position);
    } catch (error) {
      // The kernel reports a lost page once and then forgets it (fsync(2)), so this must not pass unnoticed.
      const reason = reasonOf(error);
      this.#suspect = true;
      this.#failedSyncs += 1;
      this.refuse(0, reason);
      this.#report(reason);
    }
  }

  #onSynced(chain: ChainPosition, { size }: SegmentPosition): void {
    this.#checkpoints.synced(chain);
    this.#durable = { segment: this.#segment.number, offset: size, records: chain.head.seq };
  }

  #report(reason: string): Result<never, Failure> {
    const failure: Failure = { code: 'audit_unavailable', detail: `Cannot write the record: ${reason}` };
    this.#options.onError(failure);
    return fail(failure);
  }
}

/**
 * What is kept shortest comes first: content, which is never kept longer than the outcome of its exchange, stays before it.
 * What tells of gaps goes to what is kept longest.
 */
function byShelf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const first = entries[0]?.shelf;
  if (entries.every(({ shelf }) => shelf === first)) return [entries];
  const shelves = Map.groupBy(entries, ({ shelf = Number.POSITIVE_INFINITY }) => shelf);
  return [...shelves].sort(([a], [b]) => a - b).map(([, shelved]) => shelved);
}

/** The first reason stands: it is the cause, later ones are most often its effects. */
function addTrouble(first: Trouble | undefined, next: Trouble | undefined): Trouble | undefined {
  if (first === undefined || next === undefined) return first ?? next;
  return { reason: first.reason, refused: first.refused + next.refused };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
