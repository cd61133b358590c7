import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Failure } from '../../core/codes.ts';
import type { ExchangeIndexWriter, RecordSpot } from '../../core/exchange/exchange-index.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ChainSpot } from '../../recording/chain/chain-spot.ts';
import { IndexCollector } from '../../recording/indexing/index-collector.ts';
import type { WrappingKey } from '../../recording/keys/record-keys.ts';
import { ChainFollower, type Followed } from '../../recording/reading/chain-follower.ts';
import { UnreadableSegment } from '../../recording/reading/read-lines.ts';
import { segmentName, segmentNumbers } from '../../recording/segment/segment-names.ts';

/** `current`: all that may be read is indexed. `foreign`: the index does not fit this chain. */
export type Indexed = 'added' | 'current' | 'foreign';

export interface ChainIndexerParts {
  /** Of one writer. */
  readonly directory: string;
  readonly index: ExchangeIndexWriter;
  readonly wrapping: readonly WrappingKey[];
  /** What lies behind it may still be cut off; absent for a chain that nobody writes to. */
  readonly until?: () => Pick<ChainSpot, 'segment' | 'offset'>;
}

/**
 * Brings the chain of one writer into the index, piece by piece, from where the index stands. Others may do the same at the
 * same time: whoever comes second finds that the index has moved, and goes on from there.
 */
export class ChainIndexer {
  readonly #parts: ChainIndexerParts;
  readonly #writer: string;
  readonly #follower: ChainFollower;
  #collector = new IndexCollector();
  /** Where the index stands; undefined before it was asked. */
  #at: { readonly spot: RecordSpot | undefined } | undefined;

  constructor(parts: ChainIndexerParts) {
    this.#parts = parts;
    this.#writer = basename(parts.directory);
    this.#follower = new ChainFollower(parts.directory, parts.wrapping);
  }

  /** Where the index stands, as far as is known. */
  get spot(): RecordSpot | undefined {
    return this.#at?.spot;
  }

  /**
   * Indexes the next piece. One call at a time.
   * @failure store_unavailable
   * @throws UnreadableSegment; what the operating system reports
   */
  async step(): Promise<Result<Indexed, Failure>> {
    const isFirst = this.#at === undefined;
    const stored = await this.#position();
    if (!stored.ok) return stored;
    const { spot } = stored.value;
    if (isFirst && spot !== undefined && (await isBeyond(this.#parts.directory, spot))) return ok('foreign');
    const followed = await this.#read(spot);
    // Where the index stands there is no block: it holds some that were cut off, or come from other files.
    if (followed instanceof UnreadableSegment && isFirst && spot !== undefined) return ok('foreign');
    if (followed instanceof UnreadableSegment) throw followed;
    const { blocks, next } = followed;
    if (blocks.length === 0) return await this.#current(spot);
    for (const block of blocks) this.#collector.add(block);
    const added = await this.#parts.index.add(this.#writer, spot, next, this.#collector.take());
    if (!added.ok || added.value === 'moved') this.forget();
    else this.#at = { spot: next };
    return added.ok ? ok('added') : fail(added.failure);
  }

  async #read(spot: RecordSpot | undefined): Promise<Followed | UnreadableSegment> {
    try {
      return await this.#follower.read(spot, this.#parts.until?.());
    } catch (error) {
      if (error instanceof UnreadableSegment) return error;
      throw error;
    }
  }

  async #position(): Promise<Result<{ readonly spot: RecordSpot | undefined }, Failure>> {
    if (this.#at !== undefined) return ok(this.#at);
    const stored = await this.#parts.index.position(this.#writer);
    if (!stored.ok) return stored;
    this.#at = { spot: stored.value };
    return ok(this.#at);
  }

  /** Nothing is new: unless the index was made anew meanwhile, and wants all of it again. */
  async #current(spot: RecordSpot | undefined): Promise<Result<Indexed, Failure>> {
    const stored = await this.#parts.index.position(this.#writer);
    if (!stored.ok) return stored;
    const { value } = stored;
    if (value?.segment === spot?.segment && value?.offset === spot?.offset) return ok('current');
    this.forget();
    return ok('added');
  }

  /** Asks the index anew where it stands. */
  forget(): void {
    this.#at = undefined;
    this.#collector = new IndexCollector();
  }
}

/** Files were put back that are older than the index. */
async function isBeyond(directory: string, { segment, offset }: RecordSpot): Promise<boolean> {
  try {
    return (await stat(join(directory, segmentName(segment)))).size < offset;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // Removed by retention, where there is a later one.
    return !segmentNumbers(directory).some((number) => number > segment);
  }
}
