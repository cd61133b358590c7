import type { Settings } from '../../config/settings-schema.ts';
import type { ExchangeIndex, ExchangeIndexWriter } from '../../core/exchange/exchange-index.ts';
import type { Keys, Random } from '../../core/ports.ts';
import { ok, type Result } from '../../core/result.ts';
import { createExchangeIndexWriter } from '../../store/exchanges/exchange-index-writer.ts';
import { createExchangeRepository } from '../../store/exchanges/exchange-repository.ts';
import { RowCipher } from '../../store/sealing/row-cipher.ts';
import { openIndexStore, type StoreParts } from '../loading/open-store.ts';

/** The index of this installation, open until disposed; a running gateway and commands may have it open at once. */
export interface OpenIndex extends AsyncDisposable {
  readonly index: ExchangeIndex;
  readonly writer: ExchangeIndexWriter;
}

/**
 * Rejects with a `KeyError` where the key cannot be had.
 * @failure a sentence that names the setting that stands against it, or what is wrong with the database
 */
export async function openIndex(
  settings: Settings,
  parts: StoreParts & { readonly keys: Keys; readonly random: Random },
): Promise<Result<OpenIndex, string>> {
  const cipher = new RowCipher(await parts.keys.key('index'), parts.random);
  const opened = await openIndexStore(settings, parts);
  if (!opened.ok) return opened;
  const { db } = opened.value;
  return ok({
    index: createExchangeRepository(db, cipher),
    writer: createExchangeIndexWriter(db, cipher),
    [Symbol.asyncDispose]: () => opened.value.close(),
  });
}
