import type { Refusal } from '../../admin/problem.ts';
import type { Failure } from '../../core/codes.ts';
import type { AdminEntry, RecordAdmin } from '../../core/people/admin-entry.ts';
import { fail, type Result } from '../../core/result.ts';
import { unavailable } from './unavailable.ts';

/**
 * Does something once it is on the record, and not at all where it cannot be put there. That it did not come about after all is
 * recorded too, or the record would say that it did.
 */
export async function onRecord<T>(
  entry: AdminEntry,
  act: () => Promise<Result<T, Failure>>,
  record: RecordAdmin,
): Promise<Result<T, Refusal>> {
  const recorded = await record(entry);
  if (!recorded.ok) return fail(unavailable(recorded.failure));
  const done = await act();
  if (done.ok) return done;
  const { code, detail } = done.failure;
  const { alarm: _, ...rest } = entry;
  await record({ ...rest, failed: code });
  return fail(code === 'unidentified' ? { status: 401, detail } : unavailable(done.failure));
}
