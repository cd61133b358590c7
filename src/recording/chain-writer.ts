import { join } from 'node:path';
import type { Failure } from '../core/codes.ts';
import type { Clock } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Bytes, Milliseconds } from '../core/units.ts';
import type { RecoveredChain } from './chain-recovery.ts';
import { sealLine, type ChainHead } from './chain.ts';
import { eventBody } from './event-body.ts';
import type { OpenSegment, SegmentFile } from './segment-file.ts';
import { segmentName } from './segment-tail.ts';

/**
 * When an append counts as done. Neither loses a record that it acknowledged when the process dies (kill -9, defect, OOM).
 *
 * `batched`: the kernel has the bytes; they reach the medium within {@link SYNC_INTERVAL}. If the machine itself dies
 * (power, kernel), the records of that last interval can be lost, and nothing in the chain shows it.
 *
 * `each`: the medium has the bytes (fdatasync). Nothing acknowledged is lost, as far as the medium keeps its word.
 */
export type Durability = 'batched' | 'each';

/** How long acknowledged bytes may wait for fdatasync under `batched`. */
export const SYNC_INTERVAL: Milliseconds = 50;

/** An event on its way into the chain. */
export interface Entry {
  /** Made by `eventBody()`. */
  readonly body: string;
  /** RFC 3339. */
  readonly time: string;
}

export interface ChainWriterOptions {
  readonly writer: string;
  readonly directory: string;
  readonly clock: Clock;
  readonly durability: Durability;
  readonly segmentBytes: Bytes;
  readonly openSegment: OpenSegment;
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
  #head: ChainHead;
  #segment: SegmentFile;
  #number: number;
  /** Bytes of the segment that are acknowledged records. */
  #size: Bytes;
  #rotateAt: Bytes;
  #trouble: Trouble | undefined;
  /** The file may hold bytes beyond `#size`, or bytes the medium refused: the next batch cuts, and syncs before it counts. */
  #suspect = false;
  #syncTimer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> = Promise.resolve();
  #failedSyncs = 0;

  constructor(options: ChainWriterOptions, chain: RecoveredChain) {
    this.#options = options;
    this.#head = chain.head;
    this.#segment = chain.segment;
    this.#number = chain.number;
    this.#size = chain.size;
    this.#rotateAt = options.segmentBytes;
  }

  /**
   * Appends the entries as records; must not be called while another call is pending.
   * @failure audit_unavailable: none of them is recorded
   */
  async commit(entries: readonly Entry[]): Promise<Result<void, Failure>> {
    const trouble = this.#takeTrouble();
    try {
      await this.#write(trouble === undefined ? entries : [this.#gapEntry(trouble), ...entries]);
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

  /** Writes a pending `gap` record, syncs and closes the segment. No commit may be pending. */
  async close(): Promise<void> {
    if (this.#trouble !== undefined) await this.commit([]);
    clearTimeout(this.#syncTimer);
    await this.#syncInBackground();
    this.#segment.close();
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    const recovering = this.#suspect;
    if (recovering) this.#segment.truncate(this.#size);
    else if (this.#size >= this.#rotateAt) await this.#rotate();
    const { bytes, head } = this.#seal(entries);
    const failedSyncs = this.#failedSyncs;
    this.#segment.write(bytes);
    if (recovering || this.#options.durability === 'each') await this.#segment.sync();
    else this.#scheduleSync();
    this.#head = head;
    this.#size += bytes.length;
    this.#suspect = failedSyncs !== this.#failedSyncs;
  }

  #seal(entries: readonly Entry[]): { bytes: Uint8Array; head: ChainHead } {
    let head = this.#head;
    let text = '';
    for (const { body, time } of entries) {
      const sealed = sealLine(head, { writer: this.#options.writer, time }, body);
      text += `${sealed.line}\n`;
      head = sealed.head;
    }
    // Bodies are printable ASCII, so that one character is one byte.
    return { bytes: Buffer.from(text, 'latin1'), head };
  }

  #gapEntry(trouble: Trouble): Entry {
    const reason = `${trouble.reason}; records refused: ${trouble.refused}`;
    return { body: eventBody({ kind: 'gap', reason }), time: new Date(this.#options.clock.now()).toISOString() };
  }

  async #rotate(): Promise<void> {
    await this.#syncing;
    await this.#segment.sync();
    const path = join(this.#options.directory, segmentName(this.#number + 1));
    let next: SegmentFile;
    try {
      next = this.#options.openSegment(path, 'create');
    } catch (error) {
      // A segment that is too long harms nobody; a record that is not written does.
      this.#report(reasonOf(error));
      this.#rotateAt = this.#size + this.#options.segmentBytes;
      return;
    }
    this.#segment.close();
    this.#segment = next;
    this.#number += 1;
    this.#size = 0;
    this.#rotateAt = this.#options.segmentBytes;
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
    try {
      await this.#segment.sync();
    } catch (error) {
      // The kernel reports a lost page once and then forgets it (fsync(2)), so this must not pass unnoticed.
      const reason = reasonOf(error);
      this.#suspect = true;
      this.#failedSyncs += 1;
      this.refuse(0, reason);
      this.#report(reason);
    }
  }

  #report(reason: string): Result<never, Failure> {
    const failure: Failure = { code: 'audit_unavailable', detail: `Cannot write the record: ${reason}` };
    this.#options.onError(failure);
    return fail(failure);
  }
}

/** The first reason stands: it is the cause, later ones are most often its effects. */
function addTrouble(first: Trouble | undefined, next: Trouble | undefined): Trouble | undefined {
  if (first === undefined || next === undefined) return first ?? next;
  return { reason: first.reason, refused: first.refused + next.refused };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
