import type { Refusal } from '../../admin/problem.ts';
import type { Principal } from '../../core/people/principal.ts';

/** Why somebody may not have the record of all subjects; undefined where they may. */
export function refusedWhole({ places, groups }: Principal): Refusal | undefined {
  if (places.any && groups.length === 0) return undefined;
  return { status: 403, detail: 'Your role covers a part of the subjects, and this reads the record of all' };
}
