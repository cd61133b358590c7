import type { Failure } from '../codes.ts';
import type { Result } from '../result.ts';
import type { AdminEntry, RecordAdmin } from './admin-entry.ts';

/**
 * Does something once it is on the record, and not at all where it cannot be put there. That it did not come about after all is
 * recorded too, or the record would say that it did.
 *
 * @failure audit_unavailable; what `act` gives
 */
export async function recordThenDo<T>(
  entry: AdminEntry,
  act: () => Promise<Result<T, Failure>>,
  record: RecordAdmin,
): Promise<Result<T, Failure>> {
  const recorded = await record(entry);
  if (!recorded.ok) return recorded;
  const done = await act();
  if (done.ok) return done;
  const { alarm: _, ...rest } = entry;
  await record({ ...rest, failed: done.failure.code });
  return done;
}
