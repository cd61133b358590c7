import type { ApprovalStore, GrantStore } from '../../core/approval/approval-store.ts';
import type { ChangeSignal } from '../../core/change-signal.ts';
import type { Failure } from '../../core/codes.ts';
import type { ApprovalId } from '../../core/ids.ts';
import type { Result } from '../../core/result.ts';

/**
 * The same store, which tells everybody when it has changed: who waits for a decision may wait in another process.
 * @param onChanged told at once of what was changed here, by name
 */
export function signalledApprovals(
  store: ApprovalStore,
  changes: Pick<ChangeSignal, 'signal'>,
  onChanged: (id: ApprovalId) => void,
): ApprovalStore {
  const tell = telling(changes);
  const tellOf = <T>(id: ApprovalId, change: Promise<Result<T, Failure>>, hasChanged: (value: T) => boolean) =>
    tell(change, (value) => {
      if (!hasChanged(value)) return false;
      onChanged(id);
      return true;
    });
  return {
    ...store,
    ask: (question, now) => tell(store.ask(question, now), ({ isAttached }) => !isAttached),
    decide: (change) => tellOf(change.id, store.decide(change), (outcome) => outcome === 'decided'),
    take: (id, ...pass) => tellOf(id, store.take(id, ...pass), (taken) => taken),
    settle: (id, ...settled) => tellOf(id, store.settle(id, ...settled), (hasSettled) => hasSettled),
    expireDue: (...due) =>
      tell(store.expireDue(...due), (ended) => {
        for (const id of ended) onChanged(id);
        return ended.length > 0;
      }),
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
