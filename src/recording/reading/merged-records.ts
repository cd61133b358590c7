import type { Record as RecordOf } from '../../core/exchange/record.ts';

/** Blocks of the records of one writer, as `readLines()` gives them. */
export type Blocks = AsyncIterable<readonly Buffer[]>;

/** A record, and the line that it was written in. */
export interface ReadRecord {
  readonly record: RecordOf;
  readonly line: Buffer;
}

/**
 * The records of all writers by time, some at once. Those of one writer stay in their order, whatever its clock did; of each
 * writer one block is in memory.
 * @throws UnreadableSegment
 */
export async function* mergedRecords(writers: Iterable<Blocks>): AsyncGenerator<readonly ReadRecord[]> {
  const cursors = [...writers].map((blocks) => new Cursor(blocks));
  try {
    for (const cursor of cursors) await cursor.refill();
    let records: ReadRecord[] = [];
    for (let next = earliestOf(cursors); next !== undefined; next = earliestOf(cursors)) {
      records.push(next.take());
      if (next.first !== undefined) continue;
      yield records;
      records = [];
      await next.refill();
    }
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

/** The records of one writer from where they were not taken yet. */
class Cursor {
  readonly #blocks: AsyncIterator<readonly Buffer[]>;
  #records: readonly ReadRecord[] = [];
  #at = 0;

  constructor(blocks: Blocks) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** Nothing where it has to be refilled, or is at its end. */
  get first(): ReadRecord | undefined {
    return this.#records[this.#at];
  }

  take(): ReadRecord {
    return this.#records[this.#at++]!;
  }

  async refill(): Promise<void> {
    while (this.first === undefined) {
      const next = await this.#blocks.next();
      if (next.done === true) return;
      this.#records = next.value.map((line) => ({ line, record: JSON.parse(line.toString('latin1')) as RecordOf }));
      this.#at = 0;
    }
  }

  async close(): Promise<void> {
    await this.#blocks.return?.();
  }
}

function earliestOf(cursors: readonly Cursor[]): Cursor | undefined {
  let earliest: Cursor | undefined;
  for (const cursor of cursors) {
    if (cursor.first === undefined) continue;
    if (earliest?.first === undefined || cursor.first.record.time < earliest.first.record.time) earliest = cursor;
  }
  return earliest;
}
