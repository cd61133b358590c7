import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Instant } from '../../core/units.ts';
import type { WrappingKey } from '../keys/record-keys.ts';
import { splitLines } from '../reading/read-lines.ts';
import { REMOVED_BYTES, type BlockOpener } from '../segment/block.ts';
import { readSegment } from '../segment/read-segment.ts';
import { blockOpener } from '../segment/segment-key.ts';
import type { RecordJudge } from './record-judge.ts';

/** What of a segment would go. */
export interface SegmentPlan {
  /** Whether nothing in it has to stay. */
  readonly isWhole: boolean;
  /** Places of the blocks that go, among those of the segment. */
  readonly blocks: readonly number[];
  /** In them. */
  readonly records: number;
  /** Holds without which more would go, by id. */
  readonly heldBy: ReadonlySet<string>;
  /** When more is over; infinite where nothing but what is held stays. */
  readonly nextAt: Instant;
}

/**
 * Reads a segment and tells which of its blocks hold nothing whose time is not over. The event loop is let on between blocks.
 * Rejects with what the operating system reports.
 *
 * @returns a sentence where it cannot be told: it is broken, or none of the keys opens it
 */
export async function planSegment(
  path: string,
  { judge, wrapping, now }: { judge: RecordJudge; wrapping: readonly WrappingKey[]; now: Instant },
): Promise<SegmentPlan | string> {
  const plan = new GrowingPlan(now);
  let opener: BlockOpener | undefined;
  let index = 0;
  for await (const part of readSegment(path)) {
    switch (part.kind) {
      case 'broken':
        return `${path}: ${part.reason}`;
      case 'line':
        plan.add({ index: index++, canGo: false }, [judge.judge(part.bytes)]);
        break;
      case 'header': {
        const opened = blockOpener(part.header, part.bytes, wrapping);
        if (typeof opened === 'string') return `${path}: ${opened}`;
        opener = opened;
        break;
      }
      case 'removed':
        index += 1;
        break;
      case 'block': {
        const lines = opener?.open(index, part.bytes, part.head);
        if (lines === undefined) return `${path}: Found a block that was changed, or belongs elsewhere`;
        const judgements = splitLines(lines).map((line) => judge.judge(line));
        plan.add({ index: index++, canGo: part.head.length >= REMOVED_BYTES }, judgements);
        await nextTurn();
      }
    }
  }
  return plan.finish();
}

class GrowingPlan {
  readonly #now: Instant;
  readonly #blocks: number[] = [];
  readonly #heldBy = new Set<string>();
  #records = 0;
  #nextAt: Instant = Number.POSITIVE_INFINITY;
  #isWhole = true;

  constructor(now: Instant) {
    this.#now = now;
  }

  /** @param block `canGo`: by itself, and not only with the whole segment */
  add(
    { index, canGo }: { index: number; canGo: boolean },
    records: readonly { dueAt: Instant; heldBy?: string | undefined }[],
  ): void {
    const dueAt = Math.max(...records.map((record) => record.dueAt));
    const heldBy = records.map((record) => record.heldBy).filter((id) => id !== undefined);
    if (dueAt > this.#now) {
      this.#isWhole = false;
      this.#nextAt = Math.min(this.#nextAt, dueAt);
    } else if (heldBy.length > 0) {
      this.#isWhole = false;
      for (const id of heldBy) this.#heldBy.add(id);
    } else if (canGo) {
      this.#blocks.push(index);
      this.#records += records.length;
    }
  }

  finish(): SegmentPlan {
    return {
      isWhole: this.#isWhole,
      blocks: this.#blocks,
      records: this.#records,
      heldBy: this.#heldBy,
      nextAt: this.#nextAt,
    };
  }
}
