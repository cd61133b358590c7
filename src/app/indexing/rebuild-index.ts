import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Failure } from '../../core/codes.ts';
import type { ExchangeIndexWriter, RecordSpot } from '../../core/exchange/exchange-index.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import type { WrappingKey } from '../../recording/keys/record-keys.ts';
import { segmentName, segmentNumbers } from '../../recording/segment/segment-names.ts';
import { ChainIndexer } from './chain-indexer.ts';
import { writersIn } from './writers-in.ts';

export interface RebuildParts {
  /** Of all writers. */
  readonly directories: readonly string[];
  readonly index: ExchangeIndexWriter;
  readonly wrapping: readonly WrappingKey[];
  /** Told after every piece how many bytes of the chain of a writer are done. */
  readonly onProgress: (writer: string, done: Bytes, total: Bytes) => void;
}

/**
 * Drops the index and makes it anew from the records below these directories. A running gateway goes on with its own chain from
 * wherever this has come, and so do others that share the database with theirs.
 *
 * @returns the writers that were read
 * @failure store_unavailable; what was indexed until then stays, and a gateway goes on with it
 * @throws UnreadableSegment; what the operating system reports
 */
export async function rebuildIndex(parts: RebuildParts): Promise<Result<readonly string[], Failure>> {
  const cleared = await parts.index.clear();
  if (!cleared.ok) return cleared;
  const chains = parts.directories.flatMap((directory) => writersIn(directory));
  for (const chain of chains) {
    const indexed = await indexChain(chain, parts);
    if (!indexed.ok) return indexed;
  }
  return ok(chains.map((chain) => basename(chain)));
}

async function indexChain(chain: string, { index, wrapping, onProgress }: RebuildParts): Promise<Result<void, Failure>> {
  const writer = basename(chain);
  const sizes = segmentNumbers(chain).map((number) => ({ number, size: statSync(join(chain, segmentName(number))).size }));
  const total = sizes.reduce((sum, { size }) => sum + size, 0);
  const indexer = new ChainIndexer({ directory: chain, index, wrapping });
  for (;;) {
    const step = await indexer.step();
    if (!step.ok) return step;
    if (step.value !== 'added') return ok(undefined);
    onProgress(writer, Math.min(total, bytesBefore(indexer.spot, sizes)), total);
  }
}

function bytesBefore(spot: RecordSpot | undefined, sizes: readonly { readonly number: number; readonly size: Bytes }[]): Bytes {
  if (spot === undefined) return 0;
  return sizes.filter(({ number }) => number < spot.segment).reduce((sum, { size }) => sum + size, spot.offset);
}
