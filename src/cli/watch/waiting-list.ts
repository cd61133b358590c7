import type { ApprovalAnswer, ApprovalSummary } from '../../admin/contract/approvals.ts';
import { ok, type Result } from '../../core/result.ts';
import type { AdminApi } from '../api/admin-api.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import { listPages } from '../approvals/pages.ts';
import { EXIT } from '../exit-code.ts';

/** One that waits since now, or on which somebody has decided. */
export type Change = ApprovalSummary | ApprovalAnswer;

/** More wait only where something is wrong; the newest are followed. */
const MOST = 1000;

/** What waits for a decision, as it was when the gateway was asked last. */
export class WaitingList {
  #waiting: ReadonlyMap<string, ApprovalSummary> = new Map();

  /** Oldest first: the one that ends first. */
  get items(): readonly ApprovalSummary[] {
    return [...this.#waiting.values()];
  }

  /** Asks the gateway; yields what has changed since, decisions before what is new. */
  async refresh(api: AdminApi): Promise<Result<readonly Change[], ApiFailure>> {
    const listed = await listPages<ApprovalSummary>(api, '/v1/approvals', { state: 'pending', most: MOST });
    if (!listed.ok) return listed;
    const now = new Map(listed.value.items.toReversed().map((approval) => [approval.id, approval]));
    const changes: Change[] = [];
    for (const before of this.#waiting.values()) {
      const after = now.get(before.id);
      if (after !== undefined) {
        if (supportOf(after) !== supportOf(before)) changes.push(after);
        continue;
      }
      const settled = await api.get<ApprovalAnswer>(`/v1/approvals/${before.id}`);
      // It may have been forgotten already.
      if (settled.ok) changes.push(settled.value);
      else if (settled.failure.code === EXIT.failed) return settled;
    }
    changes.push(...[...now.values()].filter(({ id }) => !this.#waiting.has(id)));
    this.#waiting = now;
    return ok(changes);
  }
}

function supportOf({ rules }: ApprovalSummary): number {
  return rules.reduce((sum, { approvals }) => sum + approvals, 0);
}
