import { join } from 'node:path';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Blocks } from '../../recording/export/export-text.ts';
import { readLines } from '../../recording/reading/read-lines.ts';
import { writerDirectories } from '../../recording/reading/writer-directories.ts';
import { KeyError } from '../../store/keys.ts';
import { localReadingKeys } from './record-keys.ts';

/**
 * The records of every writer of this installation, each read when it is asked for.
 * @failure audit_unavailable
 */
export async function recordedBlocks(dataDirectory: string): Promise<Result<readonly Blocks[], Failure>> {
  try {
    const keys = await localReadingKeys(dataDirectory);
    const writers = writerDirectories(join(dataDirectory, 'recordings'));
    return ok(writers.map((writer) => readLines(writer, keys?.wrapping ?? [])));
  } catch (error) {
    if (!(error instanceof KeyError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    return fail({ code: 'audit_unavailable', detail: (error as Error).message });
  }
}
