import type { Refusal } from '../../admin/problem.ts';
import type { Failure } from '../../core/codes.ts';
import type { AdminEntry, RecordAdmin } from '../../core/people/admin-entry.ts';
import { recordThenDo } from '../../core/people/record-then-do.ts';
import { fail, type Result } from '../../core/result.ts';
import { unavailable } from './unavailable.ts';

/** Does what a person asked for once it is on the record; where it is not done, the answer to that person. */
export async function onRecord<T>(
  entry: AdminEntry,
  act: () => Promise<Result<T, Failure>>,
  record: RecordAdmin,
): Promise<Result<T, Refusal>> {
  const done = await recordThenDo(entry, act, record);
  if (done.ok) return done;
  const { code, detail } = done.failure;
  return fail(code === 'unidentified' ? { status: 401, detail } : unavailable(done.failure));
}
