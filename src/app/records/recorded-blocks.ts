import type { Settings } from '../../config/settings-schema.ts';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Blocks } from '../../recording/reading/merged-records.ts';
import { readLines } from '../../recording/reading/read-lines.ts';
import { KeyError } from '../../store/keys.ts';
import { chainsBelow } from './stores/chains-below.ts';
import { localReadingKeys } from './record-keys.ts';
import { recordDirectories } from './stores/record-stores.ts';

/**
 * The records of every writer of this installation, each read when it is asked for.
 * @failure audit_unavailable
 */
export async function recordedBlocks(
  settings: Pick<Settings, 'data' | 'recordings'>,
): Promise<Result<readonly Blocks[], Failure>> {
  try {
    const keys = await localReadingKeys(settings);
    const writers = chainsBelow(recordDirectories(settings));
    return ok(writers.map((writer) => readLines(writer, keys.wrapping)));
  } catch (error) {
    if (!(error instanceof KeyError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    return fail({ code: 'audit_unavailable', detail: (error as Error).message });
  }
}
