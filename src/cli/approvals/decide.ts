import type { ApprovalAnswer, DecisionBody } from '../../admin/contract/approvals.ts';
import type { Result } from '../../core/result.ts';
import type { AdminApi } from '../api/admin-api.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import { shownText } from '../shown-text.ts';

export interface Verdict {
  readonly decision: DecisionBody['decision'];
  readonly reason: string;
  /** How long, as it was written. */
  readonly grant?: string;
}

/** Decides on one held request. */
export function decide(
  api: AdminApi,
  id: string,
  { decision, reason, grant }: Verdict,
): Promise<Result<ApprovalAnswer, ApiFailure>> {
  const body: DecisionBody = { decision, reason, ...(grant !== undefined && { grant: { for: grant } }) };
  return api.post<ApprovalAnswer>(`/v1/approvals/${id}/decision`, body);
}

/** What has come of a decision. */
export function decidedLine({ id, state, expiresAt, rules, decisions }: ApprovalAnswer, decision: Verdict['decision']): string {
  if (decision === 'deny') return `denied ${shownText(id)}`;
  if (state === 'pending') {
    const open = rules.filter(({ approvals, quorum }) => approvals < quorum);
    const wanted = open.map(({ rule, by, approvals, quorum }) => `${rule} (${by.join(' or ')}) has ${approvals} of ${quorum}`);
    return shownText(`approved ${id} for your part; others are still asked: ${wanted.join(', ')}`);
  }
  const grant = decisions.at(-1)?.grantFor === undefined ? '' : '; `cordon grants list` shows what may pass from now on';
  return `approved ${shownText(id)}: it passes once, until ${expiresAt}${grant}`;
}
