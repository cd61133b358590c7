import { openRecord } from '../../app/records/open-record.ts';
import { systemClock, systemRandom } from '../../app/system.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { adminEvent, type AdminEntry } from '../../core/people/admin-entry.ts';
import { fail, type Result } from '../../core/result.ts';

/**
 * Puts on the record what is done on the machine itself; beside a running gateway, into a chain of its own.
 * @failure a sentence: it must not be done
 */
export async function recordLocally(settings: Settings, entry: AdminEntry): Promise<Result<void, string>> {
  const opened = await openRecord(settings, { clock: systemClock, random: systemRandom, onError: () => {} });
  if (!opened.ok) return fail(opened.failure.detail);
  await using journal = opened.value;
  const recorded = await journal.append(adminEvent(entry));
  return recorded.ok ? recorded : fail(recorded.failure.detail);
}
