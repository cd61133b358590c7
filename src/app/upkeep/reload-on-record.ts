import type { AdminDependencies } from '../../admin/dependencies.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import { ok } from '../../core/result.ts';
import { onRecord } from '../people/on-record.ts';

/** Reads the policy files anew for a person, once it is on the record who wanted it. */
export function reloadOnRecord(
  policy: { readonly reload: () => Promise<'loaded' | 'refused' | 'unchanged'> },
  record: RecordAdmin,
): AdminDependencies['reload'] {
  return (by) => onRecord({ by, action: 'policy.reloaded' }, async () => ok(await policy.reload()), record);
}
