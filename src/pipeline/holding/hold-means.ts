import type { ApprovalDigests } from '../../approval/fingerprint/approval-digests.ts';
import type { ApprovalWatch } from '../../approval/approval-watch.ts';
import type { ApprovalStore } from '../../core/approval/approval-store.ts';
import type { ApprovalId } from '../../core/ids.ts';
import type { GrantCache } from './grant-cache.ts';

/** What holding requests takes; shared by all exchanges. */
export interface HoldMeans {
  readonly approvals: ApprovalStore;
  readonly grants: GrantCache;
  readonly digests: ApprovalDigests;
  readonly watch: ApprovalWatch;
  readonly newApprovalId: () => ApprovalId;
}
