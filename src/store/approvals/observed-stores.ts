import type { ApprovalStore, GrantStore } from '../../core/approval/approval-store.ts';
import type { ApprovalEvent } from '../../core/approval/transitions.ts';
import type { Failure } from '../../core/codes.ts';
import type { ApprovalId } from '../../core/ids.ts';
import type { Result } from '../../core/result.ts';

/** What has become of approvals: they were asked for, or one of the transitions has happened. */
export type ApprovalChange = 'ask' | ApprovalEvent;

/**
 * The same store, which tells what has changed in it right after it was stored; never of an attempt that changed nothing.
 * @param onChange told of which approvals, at least one
 */
export function observedApprovals(
  store: ApprovalStore,
  onChange: (change: ApprovalChange, ids: readonly ApprovalId[]) => void,
): ApprovalStore {
  const telling = async <T>(
    change: ApprovalChange,
    stored: Promise<Result<T, Failure>>,
    changed: (value: T) => readonly ApprovalId[],
  ): Promise<Result<T, Failure>> => {
    const result = await stored;
    const ids = result.ok ? changed(result.value) : [];
    if (ids.length > 0) onChange(change, ids);
    return result;
  };
  return {
    ...store,
    ask: (question, now) =>
      telling('ask', store.ask(question, now), ({ approval, isAttached }) => (isAttached ? [] : [approval.id])),
    decide: (decided) =>
      telling(decided.event, store.decide(decided), (outcome) => (outcome === 'decided' ? [decided.id] : [])),
    take: (id, ...pass) => telling('pass', store.take(id, ...pass), (taken) => (taken ? [id] : [])),
    settle: (id, event, now) => telling(event, store.settle(id, event, now), (settled) => (settled ? [id] : [])),
    cancelOf: (...of) => telling('cancel', store.cancelOf(...of), (ended) => ended),
    expireDue: (...due) => telling('expire', store.expireDue(...due), (ended) => ended),
  };
}

/** The same for grants; which one is not told, since nobody waits for one. */
export function observedGrants(store: GrantStore, onChange: () => void): GrantStore {
  const telling = async <T>(stored: Promise<Result<T, Failure>>, hasChanged: (value: T) => boolean) => {
    const result = await stored;
    if (result.ok && hasChanged(result.value)) onChange();
    return result;
  };
  return {
    ...store,
    insert: (grant) => telling(store.insert(grant), () => true),
    revoke: (...revoked) => telling(store.revoke(...revoked), (hasRevoked) => hasRevoked),
  };
}
