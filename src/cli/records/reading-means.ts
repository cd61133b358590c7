import { readFileSync } from 'node:fs';
import type { Settings } from '../../config/settings-schema.ts';
import { localReadingKeys } from '../../app/records/record-keys.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { readAuditKey } from '../../recording/keys/audit-key.ts';
import type { ReadingKeys } from '../../recording/keys/record-keys.ts';
import { KeyError } from '../../store/keys.ts';

/**
 * The keys that records are read with: those of a file, else those of this installation that are there.
 * @failure a sentence
 */
export async function readingMeans(settings: Settings, file: string | undefined): Promise<Result<ReadingKeys, string>> {
  try {
    if (file === undefined) return ok(await localReadingKeys(settings));
    const keys = readAuditKey(readFileSync(file));
    return typeof keys === 'string' ? fail(`${file}: ${keys}`) : ok(keys);
  } catch (error) {
    if (error instanceof KeyError) return fail(error.message);
    return fail(`${file ?? settings.data.directory} cannot be read: ${(error as Error).message}`);
  }
}
