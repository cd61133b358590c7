import { openIndex, type OpenIndex } from '../../app/indexing/open-index.ts';
import { systemClock, systemRandom } from '../../app/system.ts';
import { localTablesOnce } from './local-tables-once.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { fail, type Result } from '../../core/result.ts';
import { KeyError } from '../../store/keys.ts';
import { installationKeys } from '../../app/fleet/installation-keys.ts';

/**
 * The index of this installation, open until disposed; a running gateway may have it open too.
 * @failure a sentence for the operator
 */
export async function localIndex(settings: Settings): Promise<Result<OpenIndex, string>> {
  if (settings.recordings.index === 'off') {
    return fail('recordings.index: Found off, expected on: without an index there is nothing to list');
  }
  try {
    return await openIndex(settings, {
      clock: systemClock,
      random: systemRandom,
      keys: installationKeys(settings.data, systemRandom),
      tables: localTablesOnce(settings),
    });
  } catch (error) {
    if (error instanceof KeyError) return fail(error.message);
    throw error;
  }
}
