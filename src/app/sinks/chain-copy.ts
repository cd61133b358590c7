import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Bytes, Instant } from '../../core/units.ts';
import type { ChainSpot, DurableSpot } from '../../recording/chain/chain-spot.ts';
import type { WrappingKey } from '../../recording/keys/record-keys.ts';
import { ChainFollower } from '../../recording/reading/chain-follower.ts';
import { UnreadableSegment } from '../../recording/reading/read-lines.ts';
import { segmentName, segmentNumbers } from '../../recording/segment/segment-names.ts';
import { type ChainCursor, readCursor, writeCursor } from './chain-cursor.ts';
import { OwnDeliveries } from './own-deliveries.ts';

/** Records that are sent together. */
export interface Batch {
  /** The same whenever the same records are sent. */
  readonly id: string;
  /** JSON lines, each with its newline. */
  readonly payload: string;
  /** Time of the first record that is more than one of a delivery: those wait for others to go with. */
  readonly oldest: Instant;
}

/** What a sink has not taken of a chain. */
export interface ChainLag {
  readonly records: number;
  readonly bytes: Bytes;
  readonly segments: number;
  /** Of the oldest such record; undefined where none is known. */
  readonly oldest: Instant | undefined;
}

export interface ChainCopyParts {
  /** Of one writer. */
  readonly directory: string;
  /** Where the cursor is kept. */
  readonly cursorFile: string;
  readonly wrapping: readonly WrappingKey[];
  /** Behind it records may still be cut off; absent for a chain that another process writes, or nobody. */
  readonly until?: () => DurableSpot;
}

/** As much is sent at once, or one block that is longer. */
const BATCH_BYTES: Bytes = 1024 ** 2;
const NONE: ChainLag = { records: 0, bytes: 0, segments: 0, oldest: undefined };

interface Pending extends Batch {
  readonly next: ChainSpot;
  readonly seq: number;
}

/** What is read to be sent; no lines where there is nothing but deliveries. */
interface Read {
  readonly lines: readonly Buffer[];
  /** The first line that is not only of a delivery. */
  readonly other?: Buffer | undefined;
  readonly next: ChainSpot;
}

/**
 * The chain of one writer on its way to one sink. The segments are the queue: what waits is read from them, batch by batch,
 * and a cursor on the medium says how far the sink has come.
 */
export class ChainCopy {
  readonly #parts: ChainCopyParts;
  readonly #writer: string;
  readonly #follower: ChainFollower;
  readonly #own = new OwnDeliveries();
  #cursor: ChainCursor;
  #pending: Pending | undefined;
  #isCurrent = false;

  constructor(parts: ChainCopyParts) {
    this.#parts = parts;
    this.#writer = basename(parts.directory);
    this.#follower = new ChainFollower(parts.directory, parts.wrapping);
    this.#cursor = readCursor(parts.cursorFile);
  }

  /**
   * The batch to send now, the same until it was taken; undefined where there is none.
   * @throws UnreadableSegment; what the operating system reports
   */
  async next(): Promise<Batch | undefined> {
    this.#pending ??= await this.#collect();
    this.#isCurrent = this.#pending === undefined;
    return this.#pending;
  }

  /** The sink has the batch that is due. Throws what the operating system reports: then it is sent once more. */
  async taken(): Promise<void> {
    if (this.#pending === undefined) return;
    const { next, seq } = this.#pending;
    const cursor = { taken: next, seq };
    await writeCursor(this.#parts.cursorFile, cursor);
    this.#cursor = cursor;
    this.#pending = undefined;
  }

  /** Begins the segment again, where the cursor fits no block of it. False where it stands there already. */
  rewind(): boolean {
    const { taken, seq } = this.#cursor;
    if (taken === undefined || taken.offset === 0) return false;
    this.#cursor = { taken: { segment: taken.segment, offset: 0, block: 0 }, seq };
    return true;
  }

  /** Nothing, where only records of deliveries wait for others to go with. */
  lag(): ChainLag {
    if (this.#isCurrent) return NONE;
    const { until } = this.#parts;
    const records = until === undefined ? 0 : Math.max(0, until().records - this.#cursor.seq);
    return { records, ...this.#waitingFiles(), oldest: this.#pending?.oldest };
  }

  #waitingFiles(): Pick<ChainLag, 'bytes' | 'segments'> {
    const { directory } = this.#parts;
    const { segment = 0, offset = 0 } = this.#cursor.taken ?? {};
    let [bytes, segments] = [0, 0];
    for (const number of segmentNumbers(directory)) {
      if (number < segment) continue;
      const size = statSync(join(directory, segmentName(number)), { throwIfNoEntry: false })?.size ?? 0;
      const waiting = number === segment ? size - offset : size;
      if (waiting <= 0) continue;
      bytes += waiting;
      segments += 1;
    }
    return { bytes, segments };
  }

  async #collect(): Promise<Pending | undefined> {
    const { taken, sending } = this.#cursor;
    const { lines, other, next } = await this.#read(taken, sending);
    if (lines.length === 0 && sending !== undefined) {
      // Removed meanwhile: what comes behind it is due.
      this.#cursor = { taken: sending, seq: this.#cursor.seq };
      return await this.#collect();
    }
    if (lines.length === 0) return undefined;
    const [first, last] = [frameOf(lines[0]!), frameOf(lines.at(-1)!)];
    if (sending === undefined) {
      const cursor = { ...this.#cursor, sending: next };
      await writeCursor(this.#parts.cursorFile, cursor);
      this.#cursor = cursor;
    }
    return {
      id: `rec_${this.#writer}_${first.seq}-${last.seq}`,
      payload: `${lines.map((line) => line.toString('latin1')).join('\n')}\n`,
      oldest: Date.parse((other === undefined ? first : frameOf(other)).time),
      next,
      seq: last.seq + 1,
    };
  }

  /** What was being sent, to its very end; else as much as goes into a batch, or nothing where only deliveries are told of. */
  async #read(from: ChainSpot | undefined, sending: ChainSpot | undefined): Promise<Read> {
    const until = sending ?? this.#parts.until?.();
    const lines: Buffer[] = [];
    let next = from;
    let bytes = 0;
    let other: Buffer | undefined;
    const isFull = (): boolean => sending === undefined && bytes >= BATCH_BYTES;
    while (!isFull()) {
      const followed = await this.#follower.read(next, until);
      next = followed.next;
      const found = followed.blocks.flatMap((block) => block.lines);
      if (followed.blocks.length === 0)
        return { lines: other === undefined && sending === undefined ? [] : lines, other, next };
      const first = this.#own.firstOther(found);
      other ??= first;
      for (const line of found) bytes += line.length + 1;
      lines.push(...found);
    }
    // So many deliveries were told of that others could not be seen behind them.
    return { lines, other, next: next! };
  }
}

/** @throws UnreadableSegment */
function frameOf(line: Buffer): { readonly seq: number; readonly time: string } {
  const { seq, time } = JSON.parse(line.toString('latin1')) as { seq?: unknown; time?: unknown };
  if (typeof seq === 'number' && typeof time === 'string') return { seq, time };
  throw new UnreadableSegment('Found a line without seq and time, expected a record');
}
