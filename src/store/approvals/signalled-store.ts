import type { ApprovalStore, GrantStore } from '../../core/approval/approval-store.ts';
import type { ChangeSignal } from '../../core/change-signal.ts';
import type { Failure } from '../../core/codes.ts';
import type { Result } from '../../core/result.ts';

/** The same store, which tells everybody when it has changed: who waits for a decision may wait in another process. */
export function signalledApprovals(store: ApprovalStore, changes: Pick<ChangeSignal, 'signal'>): ApprovalStore {
  const tell = telling(changes);
  return {
    ...store,
    ask: (question, now) => tell(store.ask(question, now), ({ isAttached }) => !isAttached),
    decide: (change) => tell(store.decide(change), (outcome) => outcome === 'decided'),
    take: (...pass) => tell(store.take(...pass), (taken) => taken),
    settle: (...settled) => tell(store.settle(...settled), (hasSettled) => hasSettled),
    expireDue: (...due) => tell(store.expireDue(...due), (ended) => ended.length > 0),
  };
}

/** The same for grants. */
export function signalledGrants(store: GrantStore, changes: Pick<ChangeSignal, 'signal'>): GrantStore {
  const tell = telling(changes);
  return {
    ...store,
    insert: (grant) => tell(store.insert(grant), () => true),
    revoke: (...revoked) => tell(store.revoke(...revoked), (hasRevoked) => hasRevoked),
  };
}

function telling(changes: Pick<ChangeSignal, 'signal'>) {
  return async <T>(change: Promise<Result<T, Failure>>, hasChanged: (value: T) => boolean): Promise<Result<T, Failure>> => {
    const result = await change;
    if (result.ok && hasChanged(result.value)) changes.signal();
    return result;
  };
}
