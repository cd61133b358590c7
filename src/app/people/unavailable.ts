import type { Refusal } from '../../admin/problem.ts';
import type { Failure } from '../../core/codes.ts';

/** The answer where the gateway cannot do what it should. */
export function unavailable({ code }: Failure): Refusal {
  const what = code === 'audit_unavailable' ? 'It cannot be recorded, so it is not done' : 'The store is not available';
  return { status: 503, detail: what };
}
