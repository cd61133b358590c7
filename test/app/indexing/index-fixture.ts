import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Failure } from '../../../src/core/codes.ts';
import type {
  ExchangeIndex,
  ExchangeIndexWriter,
  FoundExchange,
  IndexedSession,
} from '../../../src/core/exchange/exchange-index.ts';
import type { Result } from '../../../src/core/result.ts';
import type { ChainIndexer } from '../../../src/app/indexing/chain-indexer.ts';
import { createExchangeIndexWriter } from '../../../src/store/exchanges/exchange-index-writer.ts';
import { createExchangeRepository } from '../../../src/store/exchanges/exchange-repository.ts';
import { EXCHANGE_INDEX } from '../../../src/store/migrate.ts';
import { RowCipher } from '../../../src/store/sealing/row-cipher.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';

export interface TestIndex {
  readonly index: ExchangeIndex;
  readonly writer: ExchangeIndexWriter;
  /** Everything that is in it. */
  all(): Promise<{ readonly exchanges: readonly FoundExchange[]; readonly sessions: readonly IndexedSession[] }>;
}

export function valueOf<T>(result: Result<T, Failure>): T {
  if (!result.ok) throw new Error(result.failure.detail);
  return result.value;
}

/** An index for tests, closed when the test ends. */
export async function indexIn(directory: string): Promise<TestIndex> {
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const database = valueOf(await openSqlite({ file: join(directory, 'index.db'), clock, lineage: EXCHANGE_INDEX }));
  onTestFinished(() => database.close());
  const cipher = new RowCipher(new Uint8Array(32).fill(5), MACHINE_RANDOM);
  const index = createExchangeRepository(database.db, cipher);
  return {
    index,
    writer: createExchangeIndexWriter(database.db, cipher),
    all: async () => {
      const { items } = valueOf(await index.list({ limit: 10_000 }));
      const found = await Promise.all(items.map(async ({ id }) => valueOf(await index.find(id))!));
      return { exchanges: found, sessions: valueOf(await index.sessions({ limit: 10_000 })).items };
    },
  };
}

/** Indexes all there is; how many pieces it was. */
export async function catchUp(indexer: ChainIndexer): Promise<number> {
  for (let steps = 0; ; steps++) {
    const step = valueOf(await indexer.step());
    if (step === 'foreign') throw new Error('The index knows more than there is');
    if (step === 'current') return steps;
  }
}
