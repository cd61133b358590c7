import { openStore } from '../../app/loading/open-store.ts';
import { systemClock } from '../../app/system.ts';
import { localTablesOnce } from './local-tables-once.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { Result } from '../../core/result.ts';
import type { Database } from '../../store/database.ts';

/**
 * The store that the settings name, open until disposed; a running gateway may have it open too.
 * @failure a sentence for the operator
 */
export async function openLocalStore(settings: Settings): Promise<Result<Database, string>> {
  return await openStore(settings, {
    clock: systemClock,
    tables: localTablesOnce(settings),
  });
}
