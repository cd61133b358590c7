import { ApprovalWatch } from '../../approval/approval-watch.ts';
import { ApprovalDigests } from '../../approval/fingerprint/approval-digests.ts';
import type { ApprovalStore, GrantStore } from '../../core/approval/approval-store.ts';
import type { ApprovalId, GrantId } from '../../core/ids.ts';
import type { Clock, EventBus, Keys, Random } from '../../core/ports.ts';
import { GrantCache } from '../../pipeline/holding/grant-cache.ts';
import type { HoldMeans } from '../../pipeline/holding/hold-means.ts';
import { createApprovalRepository } from '../../store/approvals/approval-repository.ts';
import { createGrantRepository } from '../../store/approvals/grant-repository.ts';
import { observedApprovals, observedGrants } from '../../store/approvals/observed-stores.ts';
import { RowCipher } from '../../store/sealing/row-cipher.ts';
import type { Database } from '../../store/database.ts';
import { publishNews } from '../approving/publish-news.ts';
import { timeOrderedIds } from '../system.ts';

/** Approvals and grants, opened: for the pipeline that asks, and for people who answer. */
export interface HoldState extends Disposable {
  readonly approvals: ApprovalStore;
  readonly grants: GrantStore;
  readonly means: HoldMeans;
  readonly newGrantId: () => GrantId;
}

/** @throws where the key cannot be had */
export async function openHoldState(parts: {
  readonly database: Database;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly random: Random;
  /** Told what becomes of approvals. */
  readonly events?: EventBus | undefined;
}): Promise<HoldState> {
  const { database, keys, clock, random, events } = parts;
  const key = await keys.key('approvals');
  const cipher = new RowCipher(key, random);
  const stored = createApprovalRepository(database.db, cipher);
  const watch = new ApprovalWatch(stored, database);
  // Who waits may do so in this process or in another one, and people are told.
  const approvals = observedApprovals(stored, (change, ids) => {
    for (const id of ids) watch.wake(id);
    database.signal();
    if (events !== undefined) publishNews(change, ids, events);
  });
  const grants = observedGrants(createGrantRepository(database.db, cipher), () => database.signal());
  const newId = timeOrderedIds(clock, random);
  return {
    approvals,
    grants,
    means: {
      approvals,
      grants: new GrantCache(grants),
      digests: new ApprovalDigests(key),
      watch,
      newApprovalId: () => newId() as ApprovalId,
    },
    newGrantId: () => newId() as GrantId,
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}
