import { existsSync } from 'node:fs';
import { fail } from '../../core/result.ts';
import type { ReadingKeys } from '../../recording/keys/record-keys.ts';
import type { KnownWriter } from '../../recording/tree/writer-list.ts';
import { chainsBelow } from '../records/stores/chains-below.ts';
import { lostWriters, type WriterPlace, WRITERS_NAME } from '../records/stores/known-writers.ts';
import { checkChain, type ChainCheck, type CheckMeans } from './check-chain.ts';

/** A store whose chains are checked: with its own keys alone, or those of one could lie in another unnoticed. */
export interface CheckedStore extends WriterPlace {
  readonly keys: ReadingKeys;
}

export interface RecordsMeans extends Omit<CheckMeans, 'keys'> {
  /** Writers that there have to be. */
  readonly known?: readonly KnownWriter[];
}

/**
 * Whether the chains of all writers are there and whole; those that are not where they should be come first. Rejects with what
 * the operating system reports, also where none of the stores is there.
 */
export async function* checkRecords(
  stores: readonly CheckedStore[],
  { known = [], ...means }: RecordsMeans,
): AsyncGenerator<ChainCheck> {
  const lost = lostWriters(known, stores);
  for (const { writer, reason } of lost) yield missing(writer, reason);
  const there = stores.filter(({ directory }) => existsSync(directory));
  for (const { directory: store, keys, id } of there.length === 0 ? stores : there) {
    for (const directory of chainsBelow([store])) {
      const check = await checkChain(directory, { ...means, keys });
      // What lies in another store than its own is named already, and no key of this one opens it.
      if (lost.some(({ writer }) => writer === check.writer)) continue;
      yield atLeast(
        check,
        known.filter(({ store: of, writer }) => writer === check.writer && (id ?? of) === of),
      );
    }
  }
}

function atLeast(check: ChainCheck, known: readonly KnownWriter[]): ChainCheck {
  const { writer, result } = check;
  const size = Math.max(0, ...known.map((each) => each.size));
  if (!result.ok || result.value.tree.size >= size) return check;
  const found = `Found ${result.value.tree.size} heads and blocks, expected the ${size} of the list of writers`;
  return { ...missing(writer, `${found}: the end is missing`), checkpoints: check.checkpoints };
}

function missing(writer: string, reason: string): ChainCheck {
  return { writer, result: fail({ segment: WRITERS_NAME, reason }), checkpoints: [] };
}
