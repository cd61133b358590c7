import { openRecord } from '../../app/records/open-record.ts';
import { systemClock, systemRandom } from '../../app/system.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { Failure } from '../../core/codes.ts';
import { adminEvent, type AdminEntry } from '../../core/people/admin-entry.ts';
import { recordThenDo } from '../../core/people/record-then-do.ts';
import { fail, type Result } from '../../core/result.ts';

/**
 * Does something on the machine itself once it is on the record; beside a running gateway, in a chain of its own.
 * @failure a sentence
 */
export async function doLocally<T>(
  settings: Settings,
  entry: AdminEntry,
  act: () => Promise<Result<T, Failure>>,
): Promise<Result<T, string>> {
  const opened = await openRecord(settings, { clock: systemClock, random: systemRandom, onError: () => {} });
  if (!opened.ok) return fail(opened.failure.detail);
  await using journal = opened.value;
  const done = await recordThenDo(entry, act, (each) => journal.append(adminEvent(each)));
  return done.ok ? done : fail(done.failure.detail);
}
